package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
	"github.com/urfave/cli/v2"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:     "doctor",
		Usage:    "say what is there, run every component once, and how to mend what is red",
		Category: "help",
		Action: func(c *cli.Context) error {
			d := &doctor{out: c.App.Writer}
			d.surroundings()
			d.components(c.Context)
			if d.red > 0 {
				return fmt.Errorf("doctor: %d of %d checks are red", d.red, d.checks)
			}
			_, err := fmt.Fprintf(d.out, "\nall %d checks are well\n", d.checks)
			return err
		},
	}
}

// doctor counts what it sees.
type doctor struct {
	out         io.Writer
	checks, red int
}

// A finding is what a check has to say: what it saw, or what is wrong and how to mend it.
type finding struct {
	says string
	err  error
	fix  string
}

// optional is wrapped by what may be missing without harm.
var errOptional = errors.New("not needed")

func (d *doctor) check(name string, look func() finding) {
	started := time.Now()
	f := look()
	d.checks++
	mark, says := "ok ", f.says
	switch {
	case errors.Is(f.err, errOptional):
		mark = "-  "
	case f.err != nil:
		mark, says = "RED", f.err.Error()+"\n      "+"fix: "+f.fix
		d.red++
	}
	fmt.Fprintf(d.out, "%s  %-14s %s", mark, name, says)
	if took := time.Since(started); took > time.Millisecond && f.err == nil {
		fmt.Fprintf(d.out, "  (%d ms)", took.Milliseconds())
	}
	fmt.Fprintln(d.out)
}

// surroundings are what the program stands on.
func (d *doctor) surroundings() {
	d.check("sputnik", func() finding {
		return finding{says: fmt.Sprintf("%s, %s, %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)}
	})
	d.check("libtorch", func() finding {
		if err := torch.Available(); err != nil {
			return finding{err: err, fix: "make build; compress and tokenize work without it"}
		}
		return finding{says: fmt.Sprintf("%s, %d threads", torch.Version(), torch.Threads())}
	})
	d.check("cuda", func() finding {
		devices, reason := torch.CUDA()
		if reason != nil {
			return finding{says: "none, the CPU does the work: " + reason.Error(), err: errOptional}
		}
		return finding{says: fmt.Sprintf("%d devices", devices)}
	})
	d.check("models", func() finding {
		root, err := hub.Root()
		if err != nil {
			return finding{err: err, fix: "set SPUTNIK_CACHE to a folder that you may write to"}
		}
		all, err := hub.List()
		if err != nil {
			return finding{err: err, fix: "remove what is damaged in " + root}
		}
		if len(all) == 0 {
			return finding{says: "none in " + root + "; sputnik models pull smollm2-135m brings a reader", err: errOptional}
		}
		names := ""
		for _, m := range all {
			names += " " + m.Name
		}
		return finding{says: fmt.Sprintf("in %s:%s", root, names)}
	})
	d.check("model cache", func() finding {
		root, err := hub.Root()
		if err == nil {
			err = writable(root)
		}
		return finding{says: "writable", err: err, fix: "set SPUTNIK_CACHE to a folder that you may write to"}
	})
	d.check("this folder", func() finding {
		return finding{says: "writable", err: writable("."), fix: "name another one by --output_dir"}
	})
	d.check("temporary", func() finding {
		return finding{says: os.TempDir() + " is writable", err: writable(os.TempDir()), fix: "set TMPDIR to a folder that you may write to"}
	})
	d.check("tokenizers", func() finding {
		for _, name := range token.Names() {
			if _, err := token.Open(name); err != nil {
				return finding{err: fmt.Errorf("%s: %w", name, err), fix: "the binary is damaged; build it anew"}
			}
		}
		return finding{says: fmt.Sprint(token.Names())}
	})
}

// writable makes and removes a file in dir, or in the nearest folder above it that exists.
func writable(dir string) error {
	for {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	file, err := os.CreateTemp(dir, ".sputnik-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// components runs each room once on tiny input.
func (d *doctor) components(ctx context.Context) {
	dir, err := os.MkdirTemp("", "sputnik-doctor-*")
	if err != nil {
		d.check("components", func() finding {
			return finding{err: err, fix: "set TMPDIR to a folder that you may write to"}
		})
		return
	}
	defer os.RemoveAll(dir)
	for _, c := range components {
		d.check(c.name, func() finding {
			if c.libtorch && torch.Available() != nil {
				return finding{says: "needs libtorch", err: errOptional}
			}
			says, err := c.run(ctx, dir)
			return finding{says: says, err: err, fix: "this is a fault of sputnik or of its libtorch; please report it with this page"}
		})
	}
}
