package config

import (
	"github.com/urfave/cli/v2"
)

// A Flag is a setting on the command line. Its text is read by Load, so that a wrong value gets the same message
// wherever it stands.
type Flag struct {
	*cli.StringFlag
	list bool   // takes the words that follow, and repetition adds to it
	bare string // its value when it stands alone; empty where a value must follow
	env  string
}

// TakesValue is false for a flag that may stand alone.
func (f *Flag) TakesValue() bool { return f.bare == "" }

// GetEnvVars names the variable for --help. Load reads it: the file stands between it and the default.
func (f *Flag) GetEnvVars() []string { return []string{f.env} }

// IsDefaultVisible keeps empty defaults out of --help.
func (f *Flag) IsDefaultVisible() bool { return f.DefaultText != "" }

// Flags makes the command line's flags of the struct that cfg points to, --config first.
func Flags(cfg any) []cli.Flag {
	flags := []cli.Flag{&Flag{env: "SPUTNIK_CONFIG", StringFlag: &cli.StringFlag{
		Name: "config", Usage: "JSON file with any of the fields below; searched as given, then under configs/"}}}
	for _, f := range fields(cfg) {
		usage := f.help
		if bounds := f.bounds(); bounds != "" && bounds != ", at least 0" && f.match == "" {
			usage += ";" + trimComma(bounds)
		}
		flags = append(flags, &Flag{list: f.list(), bare: f.bare, env: f.env(), StringFlag: &cli.StringFlag{
			Name: f.name, Usage: usage, DefaultText: f.fallback}})
	}
	return flags
}

func trimComma(s string) string {
	if s[0] == ',' {
		return s[1:]
	}
	return s
}
