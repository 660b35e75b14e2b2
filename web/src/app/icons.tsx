import type { ReactNode } from 'react';

// Drawn here, 24 by 24, one stroke. An icon that points somewhere carries "points" and is mirrored
// in right-to-left text.

function Icon({ children, points = false }: { children: ReactNode; points?: boolean }) {
  return (
    <svg
      className={points ? 'points' : undefined}
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

const drawn = (d: string, points = false) => () => (
  <Icon points={points}>
    <path d={d} />
  </Icon>
);

export const PencilIcon = drawn('M12 20h8M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19z');
export const BackIcon = drawn('M15 5l-7 7 7 7', true);
export const ForwardIcon = drawn('M9 5l7 7-7 7', true);
export const SendIcon = drawn('M5 12h13M12 5l7 7-7 7', true);
export const DownIcon = drawn('M12 5v13M5 12l7 7 7-7');
export const ExpandIcon = drawn('M6 9l6 6 6-6');
export const PersonIcon = drawn('M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0');
export const UpIcon = drawn('M12 19V6M5 12l7-7 7 7');
export const CloseIcon = drawn('M6 6l12 12M18 6L6 18');
export const CheckIcon = drawn('M5 12.5l4.5 4.5L19 7.5');
export const UndoIcon = drawn('M9 7L4 11.5 9 16M4.5 11.5H15a4.5 4.5 0 0 1 0 9h-3', true);
export const ListIcon = drawn('M4 7l2 2 3-4M4 16l2 2 3-4M12.5 7.5H20M12.5 16.5H20');
export const InboxIcon = drawn('M4 13l3-8h10l3 8v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20');
export const RequestsIcon = drawn('M4 12l6-6v4c6 0 10 2 10 8-2-3-5-4-10-4v4z', true);
export const ArchiveIcon = drawn('M4 5h16v4H4zM5.5 9v10h13V9M10 13h4');
export const HiddenIcon = drawn('M4 4l16 16M9.5 5.4A9 9 0 0 1 12 5c5 0 8 4.5 9 7a13 13 0 0 1-2.6 3.7M6 7.3A13 13 0 0 0 3 12c1 2.5 4 7 9 7 1.6 0 3-.5 4.2-1.2');
export const MutedIcon = drawn('M5 9.5h3l4-4v13l-4-4H5zM16 9.5l5 5M21 9.5l-5 5', true);
export const ClockIcon = drawn('M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z');
export const BlockIcon = drawn('M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM5.7 5.7l12.6 12.6');
export const WordsIcon = drawn('M4 6h16M4 11h9M4 16h5M14 14l6 6M20 14l-6 6');
export const FlagIcon = drawn('M6 21V4M6 5c4-2 7 2 12 0v9c-5 2-8-2-12 0', true);
export const NoticeIcon = drawn('M12 4v15M7 20h10M4 8l8-2 8 2M4 8l-2 6h5zM20 8l-2.5 6h5z');
export const DataIcon = drawn('M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14');
export const ShieldIcon = drawn('M12 3l7 3v5.5c0 4.5-3 7.6-7 9.5-4-1.9-7-5-7-9.5V6z');
export const ClipIcon = drawn('M4 5h16v11H9l-5 4zM8 9h8M8 12.5h5', true);
export const CodeIcon = drawn('M14 4a6 6 0 1 1-4.6 9.8L4 19.5V21h3v-2h2v-2h1.5M16 8.5h.01');
export const SearchIcon = drawn('M15.5 15.5L21 21M17.5 10.5a7 7 0 1 1-14 0 7 7 0 0 1 14 0z');
export const EyeIcon = () => (
  <Icon>
    <path d="M3 12c1-2.5 4-7 9-7s8 4.5 9 7c-1 2.5-4 7-9 7s-8-4.5-9-7z" />
    <circle cx="12" cy="12" r="2.6" />
  </Icon>
);

export const GearIcon = () => (
  <Icon>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2" />
    <circle cx="9" cy="17" r="2" />
  </Icon>
);

export const DisplayIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor" stroke="none" />
  </Icon>
);

export const VideoIcon = () => (
  <Icon>
    <rect x="3" y="5" width="18" height="14" rx="3" />
    <path d="M10.5 9.2v5.6l4.6-2.8z" fill="currentColor" stroke="none" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="2.6" />
  </Icon>
);
