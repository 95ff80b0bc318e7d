/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A copy of a region's public record in a folder, at the addresses at which the region serves it (DIR/log/checkpoint, DIR/log/tile/…,
 * DIR/log/content/…), so that any server of files can serve it again. Walking it checks everything that the signed checkpoint implies:
 * each entry's form and number, each tile, the root, each content against its commitment, and that an earlier checkpoint is a
 * beginning of it.
 */
#ifndef LX_CLI_MIRROR_H
#define LX_CLI_MIRROR_H

#include "cli/cli.h"
#include "cli/fetch.h"
#include "kernel/journal/tree.h"
#include "kernel/record/checkpoint.h"

/* What a walk tells whoever also wants to see what it found; either may be NULL. Bytes are borrowed for the call. */
struct lx_mirror_seen {
	enum lx_code (*entry)(void *with, int64_t n, struct lx_text bytes);
	/* `number` as entries name it; `file` is the salt of 32 bytes and then the content, empty when it is withdrawn or not shown; before the
	 * entry that binds it */
	enum lx_code (*content)(void *with, int64_t number,
		const unsigned char commitment[LX_HASH_BYTES], struct lx_text file);
	void *with;
};

struct lx_mirror {
	struct lx_cli *cli;
	struct lx_fetch *fetch; /* NULL: only what the folder has */
	const char *folder;     /* NULL: nothing is kept */
	struct lx_mirror_seen seen;
	struct lx_note_key key;
	struct lx_checkpoint checkpoint;
	struct lx_text note; /* of the checkpoint, signed */
	struct lx_checkpoint
		before[2]; /* earlier ones that must be beginnings of it; size 0: none */
	/* found by the walk */
	int64_t entries, contents, withdrawn, not_shown;
};

/* Finds key and checkpoint (from the network, else the folder) and verifies the signature. `key` NULL: the folder's, else the server's. A
 * folder of another log, or one that is ahead of the server, is LX_CONFLICT (`mirror.other_log`, `mirror.behind`). */
LX_CHECK enum lx_code lx_mirror_begin(struct lx_mirror *m, const char *key);

/* Adds an earlier checkpoint, signed by the same key, that must be a beginning of this record: a file's text. */
LX_CHECK enum lx_code lx_mirror_since(struct lx_mirror *m, struct lx_text note);

/* Walks the whole record, fetching what the folder lacks. LX_CONFLICT with the place of the first thing that is not as the
 * checkpoint says. */
LX_CHECK enum lx_code lx_mirror_walk(struct lx_mirror *m);

/* Keeps key and checkpoint in the folder: after a walk, so that a copy is never ahead of what it holds. */
LX_CHECK enum lx_code lx_mirror_keep(struct lx_mirror *m);

#endif
