package sputnik_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/project-sputnik/sputnik"
)

// What the README shows stands in this file as it stands there, which a test sees to.

func shorter(ctx context.Context, text string) (string, error) {
	c, err := sputnik.Open(sputnik.Default)
	if err != nil {
		return "", err
	}
	defer c.Close() // it serves many at once, for as long as a program runs
	result, err := c.Compress(ctx, text, sputnik.Rate(0.5), sputnik.KeepDigits())
	return result.Text, err
}

func Example_readme() {
	text, err := shorter(context.Background(), minutes)
	fmt.Println(len(text) < len(minutes), strings.Contains(text, "INV-2291"), err)
	// Output: true true <nil>
}
