/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A region's folder, opened: lianxi.db with the types this binary knows, the writer, the accounts. A region is served
 * or changed by one process at a time; the lock is the operating system's, on lianxi.lock.
 */
#ifndef LX_CLI_REGION_H
#define LX_CLI_REGION_H

#include "cli/cli.h"
#include "kernel/pages/app.h"
#include "kernel/record/witness.h"

/* Where the commands' time comes from. `start` 0: the machine's clock; else a clock that was `start` when the process
 * was at `since`: for demonstrations and tests. */
struct lx_clock {
	int64_t start, since;
	bool stands; /* does not move by itself */
};
int64_t lx_clock_now(void *argument);

struct lx_opened {
	struct lx_region region;
	struct lx_charter_kept kept;
	struct lx_store *store;
	struct lx_writer *writer;
	struct lx_accounts *accounts;
	struct lx_log *log;
	struct lx_witness *witness; /* of other regions' logs; NULL: none */
	char keys[4096];            /* the folder of the log's keys */
	char origin[LX_NOTE_NAME];  /* the log's name; empty: it has no key yet */
	struct lx_clock clock;
	int lock;
};

enum lx_region_use { LX_REGION_READ = 1, LX_REGION_WRITE, LX_REGION_CREATE };

/* Opens a folder; `create` makes it and refuses one that exists. Close it with lx_region_close, also after a fault.
 * Faults: `region.none`, `region.exists`, `region.locked`. */
LX_CHECK enum lx_code lx_region_open(
	struct lx_cli *cli, const char *folder, enum lx_region_use use, struct lx_opened *opened);

/* Starts the writer and the accounts on an opened region. */
LX_CHECK enum lx_code lx_region_start(struct lx_cli *cli, struct lx_opened *opened);

/* The log's name: what --origin says, else the folder's name and "/log". LX_INVALID `record.name`. */
LX_CHECK enum lx_code lx_region_origin(
	struct lx_cli *cli, const char *folder, char origin[LX_NOTE_NAME]);

/* Stops the writer, closes the store, gives the folder free. Also for what was opened in part. */
void lx_region_close(struct lx_opened *opened);

/* The types made ready, without any folder. */
LX_CHECK enum lx_code lx_region_types(struct lx_call *call, struct lx_region *region);

#endif
