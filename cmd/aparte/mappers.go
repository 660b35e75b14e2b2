package main

import (
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/dm/policy"
)

// mappers teach kong the types of settings that it does not know.
func mappers() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.Bool, boolMapper{}),
		textMapper(readList), textMapper(readNetworks), textMapper(readAudience), textMapper(aparte.ParseRate),
	}
}

// textMapper makes a mapper of a function that reads a text.
func textMapper[T any](read func(string) (T, error)) kong.Option {
	return kong.TypeMapper(reflect.TypeFor[T](), kong.MapperFunc(func(c *kong.DecodeContext, target reflect.Value) error {
		var text string
		if err := c.Scan.PopValueInto("value", &text); err != nil {
			return err
		}
		value, err := read(text)
		if err == nil {
			target.Set(reflect.ValueOf(value))
		}
		return err
	}))
}

// boolMapper reads what strconv.ParseBool reads; a flag without a value is true.
type boolMapper struct{}

func (boolMapper) IsBool() bool { return true }

func (boolMapper) Decode(c *kong.DecodeContext, target reflect.Value) error {
	if c.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	value, err := strconv.ParseBool(c.Scan.Pop().String())
	target.SetBool(value && err == nil)
	return err
}

// list holds texts that are given with commas between them.
type list []string

func readList(s string) (list, error) {
	var out list
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, nil
}

// readNetworks reads networks and addresses that are separated by commas.
func readNetworks(s string) ([]netip.Prefix, error) {
	texts, _ := readList(s)
	var out []netip.Prefix
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if address, addressErr := netip.ParseAddr(text); addressErr == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a network; give one as 10.0.0.0/8", text)
		}
		out = append(out, network)
	}
	return out, nil
}

// audiences are the presets: CUSTOM needs a grid of its own.
var audiences = map[string]policy.Audience{
	"EVERYONE": policy.Everyone, "FOLLOWERS": policy.Followers, "SUGGESTED_FRIENDS": policy.SuggestedFriends,
	"FRIENDS": policy.Friends, "PEOPLE_I_MESSAGED": policy.PeopleIMessaged, "NO_ONE": policy.NoOne,
}

const audienceNames = "EVERYONE, FOLLOWERS, SUGGESTED_FRIENDS, FRIENDS, PEOPLE_I_MESSAGED or NO_ONE"

func readAudience(s string) (policy.Audience, error) {
	a, ok := audiences[strings.ToUpper(s)]
	if !ok {
		return a, fmt.Errorf("%q is not an audience; give %s", s, audienceNames)
	}
	return a, nil
}

// audienceName returns the name of a preset.
func audienceName(a policy.Audience) string {
	for name, audience := range audiences {
		if audience == a {
			return name
		}
	}
	return ""
}
