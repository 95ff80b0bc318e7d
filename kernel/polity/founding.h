/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Founding a region from a charter file: members, bodies, charter in draft, entered by init. What takes effect
 * afterwards is the founders' own doing: first administrators by one-time links, delegates, consent.
 *
 * The file (demo/yangtze-delta/charter.json is one) is one object: the charter's fields and lists under their own names, and
 *	"members": [{ "code", "names", "superior": code, "part", "weight", "place", "group", "figure": [...] }]
 *	"bodies":  [{ "as": "council|secretariat|treasury|audit|…", "names", "kind", "task",
 *	              "seat": [{ "names", "member": code, "voice", "weight" }] }]
 */
#ifndef LX_KERNEL_POLITY_FOUNDING_H
#define LX_KERNEL_POLITY_FOUNDING_H

#include "kernel/types/decide.h"

/* Enters everything the file says, as init. LX_CONFLICT when the region has a charter already; faults name the place in the
 * file ("members.3.names"). */
LX_CHECK enum lx_code lx_found(
	struct lx_work *work, const struct lx_region *region, const json_t *file);

/* The charter's fields and lists that the file may hold, ending with NULL. */
extern const char *const lx_founding_scalars[], *const lx_founding_lists[];

/* Writes the file's form as a JSON Schema, from the tables (docs/charter.schema.json). */
void lx_founding_schema(struct lx_buf *out);

/* The job form for lx_writer_submit; the argument is the file (json_t *), work->with the region. */
enum lx_code lx_found_job(struct lx_work *work, void *file);

#endif
