/** The tabs that are open for a newcomer; the operations' names become the tabs' titles. */
export function newTabs(bob: string): { query: string; variables?: string }[] {
  const variables = JSON.stringify({ to: bob, clientMessageId: crypto.randomUUID() }, null, 2);
  return [{ query: whoAmI }, { query: sendToBob, variables }, { query: watchMyInbox }, { query: whoCanMessageMe }];
}

export const whoAmI = `# Who you are, and what waits for you.
# Ctrl+Enter runs it.
query WhoAmI {
  me {
    id
    handle
    displayName
  }
  unread {
    id
    conversations
    requests
    messages
  }
  inbox(first: 10) {
    nodes {
      id
      unreadCount
      ... on DirectConversation {
        with {
          id
          handle
        }
      }
      lastMessage {
        seq
        body
        sender {
          id
          handle
        }
      }
    }
  }
  messagingSettings {
    id
    whoCanMessageMe
  }
}
`;

export const sendToBob = `# A clientMessageId names one message: run this twice
# and it is sent once. It stands in the variables below.
mutation SendToBob($to: ID!, $clientMessageId: ID!) {
  sendMessage(
    input: {
      to: { userId: $to }
      body: "Did you see how it ends?"
      clientMessageId: $clientMessageId
    }
  ) {
    ... on SendMessageSuccess {
      sent: message {
        id
        seq
        body
      }
      conversation {
        id
        folder
      }
      remaining
    }
    ... on MessageNotAllowed {
      denial
    }
    ... on UserError {
      code
      detail
    }
  }
}
`;

export const watchMyInbox = `# Your inbox, live. Leave it running and write to
# yourself as someone else in a second window.
# after: "…" first repeats what came since that cursor.
subscription WatchMyInbox {
  inboxEvents {
    __typename
    cursor
    at
    unread {
      id
      conversations
      requests
      messages
    }
    ... on MessageAdded {
      message {
        id
        seq
        body
        sender {
          id
          handle
        }
      }
    }
    ... on ConversationChanged {
      conversation {
        id
        folder
        unreadCount
        ... on DirectConversation {
          theirReadSeq
        }
      }
    }
    ... on ConversationRemoved {
      conversationId
    }
    ... on SettingsChanged {
      settings {
        id
        whoCanMessageMe
      }
    }
  }
}
`;

export const whoCanMessageMe = `# From the moment this has answered, nothing that
# it forbids gets in. Ctrl+Space shows the choices.
mutation WhoCanMessageMe {
  setWhoCanMessageMe(input: { audience: FRIENDS }) {
    ... on SettingsSuccess {
      settings {
        id
        whoCanMessageMe
        routes {
          relation
          route
        }
        changedAt
      }
    }
    ... on UserError {
      code
      detail
    }
  }
}
`;
