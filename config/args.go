package config

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Args puts a command line into the one form that urfave/cli reads without surprises: flags before positional
// arguments, each as --name=value, lists joined by comma, global flags in front of the command.
// Both spellings of a name are one (--batch_size, --batch-size). An unknown command or flag, a missing value or a stray
// argument is a wrong request that names the nearest right one. args begins with the program's name.
func Args(app *cli.App, args []string) ([]string, error) {
	app.Setup()
	if len(args) == 0 || args[len(args)-1] == "--generate-bash-completion" {
		return args, nil
	}
	r := rewriter{global: app.Flags, commands: app.Commands}
	if err := r.read(args[1:]); err != nil {
		return nil, err
	}
	return r.line(args[0]), nil
}

// rewriter reads a command line word by word.
type rewriter struct {
	global   []cli.Flag
	commands []*cli.Command // that may come next
	command  *cli.Command   // the innermost named so far

	path, globals, flags, rest []string
	lists                      map[string]int // where in flags a list's words are gathered
}

func (r *rewriter) read(words []string) error {
	r.lists = map[string]int{}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "--":
			r.rest = append(r.rest, words...)
			return r.stray()
		case strings.HasPrefix(word, "-") && word != "-":
			var err error
			if words, err = r.flag(word, words); err != nil {
				return err
			}
		case r.enter(word):
		case r.command == nil:
			return Usagef("unknown command %q%s", word, suggestion(word, commandNames(r.commands)))
		default:
			r.rest = append(r.rest, word)
		}
	}
	return r.stray()
}

// enter steps into the command that word names.
func (r *rewriter) enter(word string) bool {
	if len(r.rest) > 0 {
		return false
	}
	for _, c := range r.commands {
		if c.HasName(word) {
			r.command, r.commands = c, c.Subcommands
			r.path = append(r.path, word)
			return true
		}
	}
	return false
}

// stray rejects arguments of a command that takes none; urfave would ignore them. "help" takes a topic.
func (r *rewriter) stray() error {
	if r.command == nil || len(r.rest) == 0 || r.command.ArgsUsage != "" || r.command.Name == "help" {
		return nil
	}
	if len(r.command.Subcommands) > 0 {
		return Usagef("unknown command %q of %s%s", r.rest[0], r.command.Name,
			suggestion(r.rest[0], commandNames(r.command.Subcommands)))
	}
	return Usagef("%s takes no argument, and got %q", r.command.Name, r.rest[0])
}

// flag reads one flag and its value, and returns the words after it.
func (r *rewriter) flag(word string, words []string) ([]string, error) {
	name, value, joined := strings.Cut(strings.TrimLeft(word, "-"), "=")
	f, name, global := r.lookup(name)
	if f == nil {
		return nil, Usagef("unknown flag --%s%s", name, suggestion("--"+name, r.flagNames()))
	}
	ours, _ := f.(*Flag)
	switch {
	case joined:
	case ours != nil && ours.list:
		n := 0
		for n < len(words) && !strings.HasPrefix(words[n], "-") {
			n++
		}
		value, words, joined = strings.Join(words[:n], ","), words[n:], n > 0
	case ours != nil && ours.bare != "":
		value, joined = ours.bare, true
		if len(words) > 0 && isValue(words[0], ours.bare) {
			value, words = words[0], words[1:]
		}
	case !takesValue(f):
		r.add(name, "", global, false)
		return words, nil
	case len(words) > 0:
		value, words, joined = words[0], words[1:], true
	}
	if !joined {
		return nil, Usagef("flag --%s wants a value", name)
	}
	r.add(name, "="+value, global, ours != nil && ours.list)
	return words, nil
}

// isValue says whether the word after a flag that may stand alone belongs to it.
func isValue(word, bare string) bool {
	if bare == "true" {
		return slices.Contains([]string{"true", "false", "0", "1"}, strings.ToLower(word))
	}
	return !strings.HasPrefix(word, "-")
}

func (r *rewriter) add(name, value string, global, list bool) {
	dashes := "--"
	if len(name) == 1 {
		dashes = "-"
	}
	at, again := r.lists[name]
	switch {
	case list && again:
		r.flags[at] += "," + value[1:]
	case global:
		r.globals = append(r.globals, dashes+name+value)
	default:
		r.lists[name] = len(r.flags)
		r.flags = append(r.flags, dashes+name+value)
	}
}

// lookup finds a flag by either spelling, in the command first.
func (r *rewriter) lookup(name string) (f cli.Flag, known string, global bool) {
	for _, spelling := range []string{name, strings.ReplaceAll(name, "-", "_"), strings.ReplaceAll(name, "_", "-")} {
		if f := find(r.commandFlags(), spelling); f != nil {
			return f, spelling, false
		}
		if f := find(r.global, spelling); f != nil {
			help := spelling == "help" || spelling == "h" // each command has its own
			return f, spelling, !help || r.command == nil
		}
	}
	return nil, name, false
}

func (r *rewriter) commandFlags() []cli.Flag {
	if r.command == nil {
		return nil
	}
	return r.command.Flags
}

func (r *rewriter) flagNames() []string {
	var names []string
	for _, f := range append(slices.Clone(r.commandFlags()), r.global...) {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}

func (r *rewriter) line(program string) []string {
	out := append([]string{program}, r.globals...)
	out = append(out, r.path...)
	out = append(out, r.flags...)
	if len(r.rest) > 0 && strings.HasPrefix(r.rest[0], "-") {
		out = append(out, "--")
	}
	return append(out, r.rest...)
}

func find(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	doc, ok := f.(cli.DocGenerationFlag)
	return ok && doc.TakesValue()
}

func commandNames(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}
