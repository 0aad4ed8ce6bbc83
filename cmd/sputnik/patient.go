package main

import (
	"os"
	"slices"
	"syscall"
)

// heavy are the verbs that keep libtorch's threads busy for long.
var heavy = []string{"train", "reconstructor", "eval", "baselines", "expand", "run", "distill", "pipeline"}

// bePatient starts a heavy verb anew with OMP_WAIT_POLICY=passive. OpenMP reads it before main runs and otherwise lets
// threads spin while they wait, which on shared cores makes a 20 ms step take 500 ms. It returns where nothing is to be
// done or the system cannot.
func bePatient(args []string) {
	if _, set := os.LookupEnv("OMP_WAIT_POLICY"); set || !slices.ContainsFunc(args, func(a string) bool { return slices.Contains(heavy, a) }) {
		return
	}
	self, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(self, args, append(os.Environ(), "OMP_WAIT_POLICY=passive")) // does not return but in vain
}
