package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Progress is told how many bytes of a file have come, of total (-1: not known). It may be nil.
type Progress func(file string, done, total int64)

// request is a file to be fetched.
type request struct {
	url    string
	label  string
	path   string // where it goes
	token  string
	sha256 string // hex; "" is not checked
	etag   string // a git blob's SHA-1 or a SHA-256, as the hub writes it; "" is not checked
}

// attempts is how often a download that breaks off is taken up again within one pull.
const attempts = 4

// wait before the second attempt; it doubles. Tests make it short.
var wait = time.Second

// fetch downloads a file beside its path as .part, goes on where an earlier try stopped, checks it, and renames it.
func fetch(ctx context.Context, r request, progress Progress) (Blob, error) {
	part := r.path + ".part"
	var err error
	for try := range attempts {
		if try > 0 {
			select {
			case <-ctx.Done():
				return Blob{}, ctx.Err()
			case <-time.After(wait << (try - 1)):
			}
		}
		if err = r.resume(ctx, part, progress); err == nil || !worthAnother(ctx, err) {
			break
		}
	}
	if err != nil {
		return Blob{}, fmt.Errorf("fetch %s: %w", r.label, err)
	}
	blob, err := r.check(part)
	if err != nil {
		return blob, errors.Join(fmt.Errorf("fetch %s: %w", r.label, err), os.Remove(part))
	}
	return blob, os.Rename(part, r.path)
}

// statusError is an answer other than the file.
type statusError struct {
	code   int
	status string
}

func (e statusError) Error() string {
	switch e.code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "the server says " + e.status + "; a private or gated model needs HF_TOKEN"
	}
	return "the server says " + e.status
}

func worthAnother(ctx context.Context, err error) bool {
	var status statusError
	if errors.As(err, &status) {
		return status.code >= 500 || status.code == http.StatusTooManyRequests
	}
	var disk *os.PathError
	return ctx.Err() == nil && !errors.As(err, &disk)
}

// resume asks for what part lacks and appends it.
func (r request) resume(ctx context.Context, part string, progress Progress) error {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	resp, err := get(ctx, r, have)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK: // all of it, whatever was asked for
		if have, err = 0, f.Truncate(0); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	case http.StatusPartialContent:
	case http.StatusRequestedRangeNotSatisfiable: // nothing is left, or part is not the beginning of the file
		if _, err := r.check(part); err == nil {
			return nil
		}
		return errors.Join(errors.New("what was there is of another file"), f.Truncate(0))
	default:
		return statusError{resp.StatusCode, resp.Status}
	}
	total := int64(-1)
	if resp.ContentLength >= 0 {
		total = have + resp.ContentLength
	}
	if _, err := io.Copy(f, &counted{resp.Body, r.label, have, total, progress}); err != nil {
		return err
	}
	return f.Sync()
}

func get(ctx context.Context, r request, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token) // the client drops it when it is sent to another host
	}
	return http.DefaultClient.Do(req)
}

// counted reports what passes through it.
type counted struct {
	io.Reader
	label       string
	done, total int64
	progress    Progress
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.label, c.done, c.total)
	}
	return n, err
}

// check holds a file against its checksums.
func (r request) check(path string) (Blob, error) {
	blob, gitSum, err := digest(path)
	if err != nil {
		return blob, err
	}
	blob.ETag = r.etag
	want, got := r.sha256, blob.SHA256
	switch {
	case want != "":
	case len(r.etag) == sha256.Size*2:
		want = r.etag
	case len(r.etag) == sha1.Size*2:
		want, got = r.etag, gitSum
	}
	if want != "" && want != got {
		return blob, fmt.Errorf("the checksum is %s and should be %s", got, want)
	}
	return blob, nil
}

// digest returns a file's size and SHA-256, and its SHA-1 as a git blob.
func digest(path string) (Blob, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return Blob{}, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Blob{}, "", err
	}
	plain, git := sha256.New(), gitBlob(info.Size())
	if _, err := io.Copy(io.MultiWriter(plain, git), f); err != nil {
		return Blob{}, "", fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return Blob{Size: info.Size(), SHA256: hex.EncodeToString(plain.Sum(nil))}, hex.EncodeToString(git.Sum(nil)), nil
}

func gitBlob(size int64) hash.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	return h
}
