// Command genqlient sends a message through code that genqlient generates, with the zero values
// that it puts into inputs which the program leaves out.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"
)

type bearer string

func (b bearer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultClient.Do(r)
}

func main() {
	if err := send(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// send writes to the user with a handle and prints the text that was sent.
func send(ctx context.Context, url, token, handle string) error {
	client := graphql.NewClient(url, bearer(token))
	found, err := Person(ctx, client, &UserBy{Handle: handle})
	if err != nil {
		return err
	}
	if _, err := History(ctx, client, 10, ""); err != nil {
		return err
	}
	sent, err := Send(ctx, client, &SendMessageInput{
		To: &SendTarget{UserId: found.User.Id}, Body: "from genqlient", ClientMessageId: "one",
	})
	if err != nil {
		return err
	}
	success, ok := sent.SendMessage.(*SendSendMessageSendMessageSuccess)
	if !ok {
		return fmt.Errorf("refused: %#v", sent.SendMessage)
	}
	fmt.Println(success.Message.Body)
	return nil
}
