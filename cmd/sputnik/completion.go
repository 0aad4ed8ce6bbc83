package main

import (
	"fmt"

	"github.com/project-sputnik/sputnik/config"
	"github.com/urfave/cli/v2"
)

// Both shells ask the program itself what may come next.
const (
	bashCompletion = `_sputnik() {
  local word="${COMP_WORDS[COMP_CWORD]}" before=("${COMP_WORDS[@]:0:COMP_CWORD}")
  [[ $word == -* ]] && before+=("$word")
  COMPREPLY=($(compgen -W "$("${before[@]}" --generate-bash-completion 2>/dev/null)" -- "$word"))
}
complete -o bashdefault -o default -F _sputnik sputnik
`
	zshCompletion = `autoload -U bashcompinit && bashcompinit
` + bashCompletion
)

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print what makes a shell complete commands and flags",
		ArgsUsage: "bash|zsh",
		Category:  "about",
		Action: func(c *cli.Context) error {
			script, ok := map[string]string{"bash": bashCompletion, "zsh": zshCompletion}[c.Args().First()]
			if !ok || c.NArg() != 1 {
				return config.Usagef("completion %q: want bash or zsh", c.Args().First())
			}
			_, err := fmt.Fprint(c.App.Writer, script)
			return err
		},
	}
}
