// Command sputnik learns which tokens of a prompt can be forgotten, and forgets them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/project-sputnik/sputnik/config"
	"github.com/urfave/cli/v2"
)

// commands are the verbs, in the order of --help; each is a file of this folder.
func commands() []*cli.Command {
	return []*cli.Command{
		compressCommand(),
		explainCommand(),
		recoverCommand(),
		locateCommand(),
		runCommand(),
		expandCommand(),
		tokenizeCommand(),
		modelsCommand(),
		prepareCommand(),
		trainCommand(),
		reconstructorCommand(),
		distillCommand(),
		pipelineCommand(),
		doctorCommand(),
		evalCommand(),
		baselinesCommand(),
		plotCommand(),
		benchCommand(),
		metricsCommand(),
		versionCommand(),
		completionCommand(),
	}
}

func main() {
	bePatient(os.Args)
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// run is the whole process but its exit: 0 done, 1 it failed, 2 the request was wrong.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once

	app := newApp(stdout, stderr)
	args, err := config.Args(app, args)
	if err == nil {
		err = app.RunContext(ctx, args)
	}
	if err != nil {
		report(stderr, err)
	}
	return config.ExitCode(err)
}

func newApp(stdout, stderr io.Writer) *cli.App {
	return &cli.App{
		Name:                      "sputnik",
		Usage:                     "learn which tokens of a prompt can be forgotten, and forget them",
		Version:                   version(),
		Writer:                    stdout,
		ErrWriter:                 stderr,
		Commands:                  commands(),
		Suggest:                   true,
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true,
		Flags: []cli.Flag{&cli.StringFlag{
			Name: "log-format", Value: "text", EnvVars: []string{"SPUTNIK_LOG_FORMAT"},
			Usage: "what is logged to stderr: text, or json for machines"}},
		Before:         func(c *cli.Context) error { return setLogger(c.String("log-format"), stderr) },
		OnUsageError:   func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
		ExitErrHandler: func(*cli.Context, error) {}, // run decides
	}
}

func setLogger(format string, w io.Writer) error {
	switch format {
	case "json":
		slog.SetDefault(slog.New(slog.NewJSONHandler(w, nil)))
	case "text":
		slog.SetDefault(slog.New(slog.NewTextHandler(w, nil)))
	default:
		return config.Usagef("log-format is %q; want text or json", format)
	}
	return nil
}

// report says in one line why the process ends: as a log record for machines, else as plain text.
func report(w io.Writer, err error) {
	if errors.Is(err, context.Canceled) && !strings.HasPrefix(err.Error(), "stopped") {
		err = errors.New("stopped by a signal") // nobody on the way said more
	}
	line := strings.ReplaceAll(err.Error(), "\n", "; ") // of errors that were joined
	if _, json := slog.Default().Handler().(*slog.JSONHandler); json {
		slog.Error(line, "exit", config.ExitCode(err))
		return
	}
	fmt.Fprintf(w, "sputnik: %s\n", line)
}
