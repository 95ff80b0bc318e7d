// SPDX-License-Identifier: AGPL-3.0-or-later

// A reader of the record that shares nothing with ours: Go's checksum-database packages note and tlog fetch checkpoint and
// tiles from a running server and verify them.
//
//	record BASE VKEY [OLDER CHECKPOINT FILE ...]
//
// It verifies the signature; hashes every entry of every bundle into the tree and compares the root; proves and checks
// inclusion of entries through tiles; checks every older checkpoint for consistency; verifies the receipt of each tried entry.
// Prints one line, or fails.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what ...interface{}) {
	if err != nil {
		fmt.Fprintln(os.Stderr, append(what, err)...)
		os.Exit(1)
	}
}

type log struct {
	base     string
	verifier note.Verifier
	tree     tlog.Tree
	fetched  int
}

func (l *log) get(path, media string) []byte {
	reply, err := http.Get(l.base + path)
	must(err, path)
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	must(err, path)
	if reply.StatusCode != 200 || reply.Header.Get("Content-Type") != media {
		must(fmt.Errorf("%s, %s", reply.Status, reply.Header.Get("Content-Type")), path)
	}
	return body
}

// checkpoint verifies a signed note and reads its three lines.
func (l *log) checkpoint(text []byte) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(l.verifier))
	must(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != l.verifier.Name() || lines[3] != "" {
		must(fmt.Errorf("%q", opened.Text), "checkpoint")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	hash, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: n, Hash: hash}
}

// The address of C2SP is Go's without the height.
func address(t tlog.Tile) string {
	return "/log/tile/" + strings.TrimPrefix(strings.Replace(t.Path(), "tile/8/data/", "tile/8/entries/", 1), "tile/8/")
}

// Height, ReadTiles and SaveTiles make a tlog.TileReader, which verifies what it reads.
func (l *log) Height() int { return 8 }

func (l *log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		l.fetched++
		all = append(all, l.get(address(t), "application/octet-stream"))
	}
	return all, nil
}

func (l *log) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// entries takes every bundle apart.
func (l *log) entries() [][]byte {
	var all [][]byte
	for from := int64(0); from < l.tree.N; from += 256 {
		width := l.tree.N - from
		if width > 256 {
			width = 256
		}
		data := l.get(address(tlog.Tile{H: 8, L: -1, N: from / 256, W: int(width)}), "application/octet-stream")
		for len(data) >= 2 {
			n := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+n {
				must(io.ErrUnexpectedEOF, "bundle", from)
			}
			all = append(all, data[2:2+n])
			data = data[2+n:]
		}
		if len(data) != 0 || int64(len(all)) != from+width {
			must(fmt.Errorf("%d entries, %d bytes left", len(all), len(data)), "bundle", from)
		}
	}
	return all
}

// root hashes all entries into a tree kept in memory: no tile of the server is used.
func root(entries [][]byte) tlog.Hash {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range at {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, read)
		must(err, "tree")
		stored = append(stored, more...)
	}
	hash, err := tlog.TreeHash(int64(len(entries)), read)
	must(err, "tree")
	return hash
}

// receipt verifies a proof file as C2SP tlog-proof describes it.
func (l *log) receipt(n int64, entry []byte) {
	file := l.get(fmt.Sprintf("/log/proof/%d", n+1), "text/plain; charset=utf-8")
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[2] != fmt.Sprintf("index %d", n) {
		must(fmt.Errorf("%q", head), "receipt", n)
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err, "receipt", n)
	if !bytes.Equal(extra, entry) {
		must(fmt.Errorf("%q", extra), "receipt", n)
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err, "receipt", n)
		proof = append(proof, hash)
	}
	tree := l.checkpoint(checkpoint)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(entry)), "receipt", n)
}

func (l *log) included(n int64, entry []byte, hashes tlog.HashReader) {
	proof, err := tlog.ProveRecord(l.tree.N, n, hashes)
	must(err, "inclusion", n)
	must(tlog.CheckRecord(proof, l.tree.N, l.tree.Hash, n, tlog.RecordHash(entry)), "inclusion", n)
	if tlog.CheckRecord(proof, l.tree.N, l.tree.Hash, n, tlog.RecordHash([]byte("another"))) == nil {
		must(fmt.Errorf("another entry passes"), "inclusion", n)
	}
}

func main() {
	verifier, err := note.NewVerifier(os.Args[2])
	must(err, "key")
	l := &log{base: os.Args[1], verifier: verifier}
	l.tree = l.checkpoint(l.get("/log/checkpoint", "text/plain; charset=utf-8"))
	entries := l.entries()
	if root(entries) != l.tree.Hash {
		must(fmt.Errorf("the entries have another root"), "entries")
	}
	hashes := tlog.TileHashReader(l.tree, l)
	step := l.tree.N/40 + 1
	for n := int64(0); n < l.tree.N; n += step {
		l.included(n, entries[n], hashes)
		l.receipt(n, entries[n])
	}
	l.included(l.tree.N-1, entries[l.tree.N-1], hashes)
	l.receipt(l.tree.N-1, entries[l.tree.N-1])
	for _, name := range os.Args[3:] {
		text, err := os.ReadFile(name)
		must(err, name)
		older := l.checkpoint(text)
		proof, err := tlog.ProveTree(l.tree.N, older.N, hashes)
		must(err, "consistency", older.N)
		must(tlog.CheckTree(proof, l.tree.N, l.tree.Hash, older.N, older.Hash), "consistency", older.N)
	}
	fmt.Printf("%d entries, %d tiles, %d older checkpoints\n", l.tree.N, l.fetched, len(os.Args)-3)
}
