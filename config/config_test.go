package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
)

// structs is every command's configuration.
func structs() map[string]any {
	return map[string]any{"data": &Data{}, "train": &Train{}, "reconstructor": &Reconstructor{}, "eval": &Eval{}, "hatd": &HATD{}}
}

func TestEveryDefaultIsValidAndEveryFieldIsDocumented(t *testing.T) {
	for name, cfg := range structs() {
		if err := Resolve(cfg, "", nil, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range fields(cfg) {
			if f.help == "" {
				t.Errorf("%s: %s has no help", name, f.name)
			}
		}
	}
}

func TestTheSeedsFieldsAreAllThere(t *testing.T) {
	seeds := map[string]string{
		"data":          "output_dir max_sequences max_length min_length train_split val_split test_split tokenizer dataset_name filter_duplicates random_seed",
		"train":         "data_path val_data_path output_dir reconstructor_path max_epochs max_steps_per_epoch batch_size learning_rate_policy learning_rate_reconstructor context_window reward_type device save_every eval_every patience gradient_clip warmup_steps log_freq eval_freq checkpoint_freq resume comment embedding_dim policy_hidden_dim gumbel_temperature_init gumbel_temperature_min entropy_weight weight_decay importance_weighting temperature_schedule gradient_accumulation_steps mixed_precision gradient_checkpointing random_seed",
		"reconstructor": "data_path output_dir device epochs batch_size",
		"eval":          "model_path data_path output_dir reconstructor_path num_sequences batch_size include_baselines baselines metrics device target_ratios statistical_significance bootstrap_samples confidence_interval",
		"hatd":          "model_hierarchy compression_model task_type output_dir enable_feedback_loop pruning_strategies device",
	}
	for name, cfg := range structs() {
		have := " " + strings.Join(Names(cfg), " ") + " "
		for _, want := range strings.Fields(seeds[name]) {
			if !strings.Contains(have, " "+want+" ") {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}

func TestTheLaterSourceWins(t *testing.T) {
	file := write(t, `{"batch_size": 5, "patience": 5, "gradient_clip": 5}`)
	env := func(name string) string {
		return map[string]string{"SPUTNIK_PATIENCE": "6", "SPUTNIK_GRADIENT_CLIP": "6"}[name]
	}
	var c Train
	if err := Resolve(&c, file, env, map[string]string{"gradient_clip": "7"}); err != nil {
		t.Fatal(err)
	}
	if c.BatchSize != 5 || c.Patience != 6 || c.GradientClip != 7 || c.Rounds != 2 {
		t.Errorf("file, environment, flag, default = %d %d %g %d", c.BatchSize, c.Patience, c.GradientClip, c.Rounds)
	}
}

func TestJSONMayHoldEveryShape(t *testing.T) {
	tests := map[string]struct {
		json string
		into any
		want func(any) bool
	}{
		"null keeps the default":               {`{"batch_size": null}`, &Train{}, func(c any) bool { return c.(*Train).BatchSize == 32 }},
		"a whole number written as a float":    {`{"batch_size": 4.0}`, &Train{}, func(c any) bool { return c.(*Train).BatchSize == 4 }},
		"resume true is the newest checkpoint": {`{"resume": true}`, &Train{}, func(c any) bool { return c.(*Train).Resume == "latest" }},
		"resume false is none":                 {`{"resume": false}`, &Train{}, func(c any) bool { return c.(*Train).Resume == "" }},
		"questions true are some":              {`{"write_questions": true}`, &Data{}, func(c any) bool { return c.(*Data).WriteQuestions == 4 }},
		"questions false are none":             {`{"write_questions": false}`, &Data{}, func(c any) bool { return c.(*Data).WriteQuestions == 0 }},
		"a list of numbers":                    {`{"target_ratios": [0.1, 1]}`, &Eval{}, func(c any) bool { return cmp.Equal(c.(*Eval).TargetRatios, []float64{.1, 1}) }},
		"an empty list":                        {`{"baselines": []}`, &Eval{}, func(c any) bool { return len(c.(*Eval).Baselines) == 0 }},
		"shares by name":                       {`{"pruning_strategies": {"simple": 0.4}}`, &HATD{}, func(c any) bool { return c.(*HATD).PruningStrategies["simple"] == .4 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := Resolve(test.into, write(t, test.json), nil, nil); err != nil {
				t.Fatal(err)
			}
			if !test.want(test.into) {
				t.Errorf("got %+v", test.into)
			}
		})
	}
}

func TestAMistakeIsOneLineThatSaysWhatWouldBeRight(t *testing.T) {
	tests := map[string]struct{ json, want string }{
		"unknown field":              {`{"batchsize": 4}`, `unknown field "batchsize" (did you mean batch_size?)`},
		"text for a number":          {`{"batch_size": "four"}`, `batch_size is "four"; want a whole number, at least 1`},
		"a number in quotes":         {`{"batch_size": "4"}`, `batch_size is "4"; want a whole number, at least 1`},
		"a fraction for a count":     {`{"batch_size": 4.5}`, `batch_size is "4.5"; want a whole number`},
		"a number for text":          {`{"output_dir": 4}`, `output_dir is "4"; want text`},
		"a list for a number":        {`{"batch_size": [4]}`, `batch_size is "[4]"; want a whole number`},
		"a number for a switch":      {`{"mixed_precision": 1}`, `mixed_precision is "1"; want true or false`},
		"out of range":               {`{"rate_min": 1.5}`, `rate_min is "1.5"; want a number from 0.01 to 1`},
		"not one of the choices":     {`{"reward_type": "information"}`, `want one of simple`},
		"not like the pattern":       {`{"device": "gpu"}`, `device is "gpu"; want text like auto|cpu|cuda`},
		"two fields that contradict": {`{"rate_min": 0.8, "rate_max": 0.5}`, `rate_min is 0.8; want at most rate_max, 0.5`},
		"layers of no weights":       {`{"reconstructor_without": [4, 5]}`, `reconstructor_without is [4 5]; want reconstructor_path, whose layers they are`},
		"rounds of a pair":           {`{"gradient_estimator": "disarm"}`, `rounds is 2; want 1 for gradient_estimator disarm`},
		"a mask without its pair":    {`{"gradient_estimator": "disarm", "rounds": 1, "samples": 3}`, `samples is 3; want an even number`},
		"rounds of gates":            {`{"gradient_estimator": "gate", "rounds": 3}`, `rounds is 3; want 1 for gradient_estimator gate`},
		"gates without a rate":       {`{"gradient_estimator": "gate", "rounds": 1, "exact_rate": false}`, `exact_rate is false; want true`},
		"truncated":                  {"{\n\"batch_size\": 4,", `line 2: want one JSON object`},
		"not an object":              {`[1]`, `want one JSON object`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := Resolve(&Train{}, write(t, test.json), nil, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v; want one line with %s", err, test.want)
			}
			if ExitCode(err) != 2 {
				t.Errorf("exit code %d; want 2", ExitCode(err))
			}
		})
	}
}

func TestASavedConfigurationLoadsAgain(t *testing.T) {
	for name, cfg := range structs() {
		Default(cfg)
		path := filepath.Join(t.TempDir(), "config.json")
		if err := Save(path, cfg); err != nil {
			t.Fatal(err)
		}
		again := structs()[name]
		if err := Resolve(again, path, nil, nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cfg, again); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSaveLeavesNothingBehindWhereItCannotWrite(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "config.json")
	if err := Save(missing, &Train{}); err == nil || ExitCode(err) != 1 {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "config.json"), 0o755); err != nil { // in the way of the final name
		t.Fatal(err)
	}
	if err := Save(filepath.Join(dir, "config.json"), &Train{}); err == nil {
		t.Error("want an error")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestTheCommandLineIsReadAsMeant(t *testing.T) {
	tests := map[string]struct{ line, want string }{
		"a value by space":              {"train --batch_size 4", "train --batch_size=4"},
		"the other spelling":            {"train --batch-size 4", "train --batch_size=4"},
		"a negative number":             {"train --random_seed -1", "train --random_seed=-1"},
		"a list by spaces":              {"eval --baselines random frequency --device cpu", "eval --baselines=random,frequency --device=cpu"},
		"a list by repetition":          {"eval --baselines random --baselines first,last", "eval --baselines=random,first,last"},
		"a switch alone":                {"train --mixed_precision --rounds 3", "train --mixed_precision=true --rounds=3"},
		"a switch off":                  {"train --mixed_precision false", "train --mixed_precision=false"},
		"resume alone":                  {"train --resume", "train --resume=latest"},
		"resume from a folder":          {"train --resume outputs/x", "train --resume=outputs/x"},
		"questions alone":               {"prepare --write-questions --dataset_name x", "prepare --write_questions=4 --dataset_name=x"},
		"so many questions":             {"prepare --write-questions 2", "prepare --write_questions=2"},
		"a global flag after a command": {"train --log-format json", "--log-format=json train"},
		"positionals before flags":      {"show a --count 3", "show --count=3 a"},
		"a dash is standard input":      {"show -", "show -- -"},
		"after two dashes all is text":  {"show -- --count", "show -- --count"},
		"help of a command":             {"train --help", "train --help"},
		"a subcommand":                  {"models pull x", "models pull x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Args(app(), append([]string{"sputnik"}, strings.Fields(test.line)...))
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got[1:], " "); s != test.want {
				t.Errorf("got %s; want %s", s, test.want)
			}
		})
	}
}

func TestAMistypedCommandLineNamesTheNearest(t *testing.T) {
	tests := map[string]struct{ line, want string }{
		"command":           {"trian", `unknown command "trian" (did you mean train?)`},
		"flag":              {"train --batchsize 4", "unknown flag --batchsize (did you mean --batch_size?)"},
		"stray argument":    {"train now", `train takes no argument, and got "now"`},
		"missing value":     {"train --batch_size", "flag --batch_size wants a value"},
		"empty list":        {"eval --baselines", "flag --baselines wants a value"},
		"wrong subcommand":  {"models pul", `unknown command "pul" of models (did you mean pull?)`},
		"nothing is nearby": {"train --qqqqqqqqqqqq", "unknown flag --qqqqqqqqqqqq"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Args(app(), append([]string{"sputnik"}, strings.Fields(test.line)...))
			if err == nil || err.Error() != test.want || ExitCode(err) != 2 {
				t.Errorf("got %v; want %s", err, test.want)
			}
		})
	}
}

func TestFlagsReachTheStructThroughTheCommandLine(t *testing.T) {
	var got Eval
	a := app()
	a.Commands[1].Action = func(c *cli.Context) error { return Load(c, &got) }
	t.Setenv("SPUTNIK_NUM_SEQUENCES", "7")
	args, err := Args(a, strings.Fields("sputnik eval --target-ratios 0.2 0.4 --baselines random"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(args); err != nil {
		t.Fatal(err)
	}
	if got.NumSequences != 7 || !cmp.Equal(got.TargetRatios, []float64{.2, .4}) || !cmp.Equal(got.Baselines, []string{"random"}) {
		t.Errorf("got %+v", got)
	}
}

// app is a command line like the real one.
func app() *cli.App {
	return &cli.App{
		Flags: []cli.Flag{&cli.StringFlag{Name: "log-format"}},
		Commands: []*cli.Command{
			{Name: "train", Flags: Flags(&Train{})},
			{Name: "eval", Flags: Flags(&Eval{})},
			{Name: "prepare", Flags: Flags(&Data{})},
			{Name: "show", ArgsUsage: "[FILE|-]", Flags: []cli.Flag{&cli.IntFlag{Name: "count"}}},
			{Name: "models", Subcommands: []*cli.Command{{Name: "pull", ArgsUsage: "NAME"}}},
		},
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
