/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Work that takes long or needs the keys folder (opening an urn, counting a round) and therefore is no part of an act: it reads a
 * snapshot, computes outside the writer, and enters its outcome as an act like anyone else. It runs on a thread of its own
 * about once a second, and must find out from the tables what is left to do: whatever is interrupted is taken up again.
 */
#ifndef LX_KERNEL_TYPES_BACKGROUND_H
#define LX_KERNEL_TYPES_BACKGROUND_H

#include "kernel/types/region.h"
#include "kernel/writer/writer.h"

struct lx_background {
	struct lx_call *call; /* of this run; its arena is emptied after it */
	struct lx_store *store;
	struct lx_writer *writer;
	const struct lx_region *region;
	const char *keys; /* the folder of secrets, beside the database and in no backup */
};

/* One run: does what is to be done now, or nothing. A failure is told in the call's fault, and tried again with the next run. */
typedef enum lx_code lx_background_fn(const struct lx_background *background);

/* Asks a served region from outside for an address of its API, when a copy of its record is checked; the body is borrowed until
 * the next question. */
typedef enum lx_code lx_ask_fn(void *with, const char *path, long *status, struct lx_text *body);

#endif
