package rewards

// LeaveOneOut writes to dst the advantage of each of the K rewards of one text over the mean of the others,
// A_k = R_k - (sum of the others)/(K - 1), and returns it (arXiv 2402.14740). Advantages add up to 0; one reward alone
// has none.
func LeaveOneOut(dst, rewards []float64) []float64 {
	dst = dst[:0]
	sum := 0.0
	for _, r := range rewards {
		sum += r
	}
	for _, r := range rewards {
		if len(rewards) == 1 {
			dst = append(dst, 0)
			continue
		}
		dst = append(dst, r-(sum-r)/float64(len(rewards)-1))
	}
	return dst
}
