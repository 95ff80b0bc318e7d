/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts of exporting that its files share. */
#ifndef LX_CLI_EXPORT_H
#define LX_CLI_EXPORT_H

#include "cli/region.h"

struct lx_export {
	struct lx_cli *cli;
	struct lx_opened *opened;
	const struct lx_shape *shape;
	unsigned places; /* of the region's money */
	uint64_t written;
	enum lx_code code; /* of the last record written */
};

/* The first line: a column for each value that everyone may see, "names.zh" and the like where one has parts. Lists stand in
 * one column each, as JSON. What lx_export_csv_row writes can be imported again (import.h). */
void lx_export_csv_head(struct lx_export *export);

/* One reduced record as a line. */
void lx_export_csv_row(struct lx_export *export, const json_t *record);

#endif
