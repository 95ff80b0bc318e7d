/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A copy of the public record replayed into a database that goes again, and compared with what the region's API says. */
#ifndef LX_CLI_REPLAY_H
#define LX_CLI_REPLAY_H

#include "cli/mirror.h"
#include "kernel/types/region.h"

struct lx_replay {
	struct lx_cli *cli;
	struct lx_region region;
	struct lx_store *store;
	struct lx_tx *tx; /* the writing one, while the walk goes on */
	struct lx_edge edge;
	char folder[40];
	int64_t records, skipped; /* compared; changed since the checkpoint */
};

/* Makes the database, and what a walk is to tell (`m->seen`). Close it also after a fault. */
LX_CHECK enum lx_code lx_replay_begin(
	struct lx_cli *cli, struct lx_replay *replay, struct lx_mirror *m);
void lx_replay_end(struct lx_replay *replay);

/* After the walk: every record that everyone may read, against the server's JSON. LX_CONFLICT `replay.differs` with its address. */
LX_CHECK enum lx_code lx_replay_compare(struct lx_replay *replay, struct lx_fetch *fetch);

/* After the walk: what the institutions can check of the public record, urns and lots among it; with --recount its results too. `fetch` NULL:
 * a mirror, where nobody can be asked. */
LX_CHECK enum lx_code lx_replay_check(struct lx_replay *replay, struct lx_fetch *fetch);

#endif
