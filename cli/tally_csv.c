/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The result of a tally as rows of a table. */
#include "cli/tally.h"

#include "base/csv.h"
#include "base/decimal.h"

enum lx_code lx_cli_tally_csv(struct lx_cli *cli, const struct lx_tally_report *tally, bool head)
{
	const struct lx_tally_election *e = &tally->pb.election;
	size_t *place = lx_array(&cli->call, e->projects_n, sizeof *place);

	if (place == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < tally->result.winners_n; i++)
		place[tally->result.rounds[i].project] = i + 1;
	if (head)
		lx_buf_str(&cli->out, "file,project_id,cost,won,place\n");
	for (size_t p = 0; p < e->projects_n; p++) {
		lx_csv_write(&cli->out, lx_text(tally->path), ',');
		lx_buf_char(&cli->out, ',');
		lx_csv_write(&cli->out, e->id[p], ',');
		lx_buf_char(&cli->out, ',');
		lx_decimal_write(&cli->out, e->cost[p], e->places);
		lx_buf_printf(&cli->out, ",%d,", place[p] > 0);
		if (place[p] > 0)
			lx_buf_printf(&cli->out, "%zu", place[p]);
		lx_buf_char(&cli->out, '\n');
	}
	return LX_OK;
}
