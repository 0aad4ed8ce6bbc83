package main

import (
	"log/slog"
	"os"
	"runtime"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
)

func evalCommand() *cli.Command {
	return &cli.Command{
		Name:     "eval",
		Usage:    "compare an agent with simple ways to shorten, at the same rate on held-out text",
		Category: "measure",
		Description: "A reader is asked about what each leaves of a text. Which task the data is, is seen from its first line:\n\n" +
			"  questions  {\"context\",\"question\",\"answers\"}     a paragraph, and questions about it (SQuAD)\n" +
			"  gsm8k      {\"question\",\"answer\",\"final\"}        worked problems are shortened, others are to be solved\n" +
			"  commongen  {\"concepts\",\"references\"}             examples are shortened, others are to be written\n" +
			"  meetings   {\"transcript\",\"queries\"}              what was said about a query, and its summary\n" +
			"  chat       {\"messages\",\"facts\"}                  a conversation, and what was settled in it\n" +
			"  text       anything else                         passages, and what is salient in them, by cloze\n\n" +
			"--task alone takes the shared data's (SPUTNIK_DATA). The output folder holds report.json (docs/report.md says what is in\n" +
			"it), report.md, report.html, plots, timing.json and readings.jsonl, all that was read: stopped, the same command goes on\n" +
			"where it was.",
		Flags:  config.Flags(&config.Eval{}),
		Action: func(c *cli.Context) error { return evaluate(c, false) },
	}
}

func baselinesCommand() *cli.Command {
	return &cli.Command{
		Name:        "baselines",
		Usage:       "compare simple ways to shorten, without an agent",
		Category:    "measure",
		Description: "As eval, without the agent: --model_path only says whose tokenizer and word counts the baselines take.",
		Flags:       config.Flags(&config.Eval{}),
		Action:      func(c *cli.Context) error { return evaluate(c, true) },
	}
}

func evaluate(c *cli.Context, noAgent bool) error {
	var cfg config.Eval
	if err := config.Load(c, &cfg); err != nil {
		return err
	}
	bar := newBar(c.App.ErrWriter, "reading documents", progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true))
	report, dir, err := eval.Run(c.Context, cfg, eval.Options{
		Command: commandLine(), NoAgent: noAgent, Log: slog.Default(), Progress: func(done, total int) { bar.report(int64(done), int64(total)) },
		Versions: map[string]string{"sputnik": version(), "go": runtime.Version(), "libtorch": torch.Version()},
	})
	bar.finish()
	if err != nil {
		return err
	}
	if err := report.Print(c.App.Writer); err != nil {
		return err
	}
	slog.Info("reports written", "folder", dir, "failed_documents", len(report.Failed))
	return nil
}

// commandLine is how this process was called, as a shell takes it.
func commandLine() string {
	words := []string{"sputnik"}
	for _, word := range os.Args[1:] {
		if strings.ContainsAny(word, " \t\n'\"$&|;<>()*?\\") {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
