package main

import (
	"context"
	"errors"
)

const serveCommand = "serve-api"

func serveAPI(context.Context, string) int { return 1 }

func (o options) api(context.Context, *postgres, *population, string, int) (result, error) {
	return result{}, errors.New("not there yet")
}
