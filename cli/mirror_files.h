/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The files of a mirror: read from the folder, fetched when they are not there. For mirror*.c only. */
#ifndef LX_CLI_MIRROR_FILES_H
#define LX_CLI_MIRROR_FILES_H

#include "cli/mirror.h"

/* One file: what it must be, and what was found. */
struct lx_mirror_file {
	bool (*holds)(const void *with, struct lx_text bytes);
	const void *with;
	size_t most;
	long status; /* 200; else what the server said, 404 where there is neither file nor server */
	struct lx_text bytes; /* in the call's arena */
};

/* Finds `name` ("log/tile/0/000"). A file that is there and holds is taken; else it is fetched, and kept when it holds. What is fetched
 * and does not hold, or stands in the folder alone and does not, is LX_CONFLICT `mirror.differs` with its name. */
LX_CHECK enum lx_code lx_mirror_file(
	struct lx_mirror *m, const char *name, struct lx_mirror_file *file);

/* Removes a file from the folder, where it is there. */
void lx_mirror_forget(struct lx_mirror *m, const char *name);

/* Faults: something at "kind/number" is not as it should be; an address that must be served is not. */
enum lx_code lx_mirror_differs(struct lx_mirror *m, const char *kind, int64_t number);
enum lx_code lx_mirror_unserved(struct lx_mirror *m, const char *name, long status);

#endif
