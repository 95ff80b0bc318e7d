/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* lianxi tally: what is decided apart from the ballots, read from the command line, and told in the report. */
#include "cli/tally.h"

#include "base/decimal.h"

#include <string.h>

/* ID=REASON; the id is one of the election's, so it is found before the first = that ends one. */
static enum lx_code read_override(struct lx_cli *cli, const struct lx_tally_report *tally,
	const char *option, const char *text, struct lx_tally_override *override)
{
	const struct lx_tally_election *e = &tally->pb.election;

	for (const char *equals = strchr(text, '='); equals != NULL;
		equals = strchr(equals + 1, '=')) {
		struct lx_text id = { text, (size_t)(equals - text) };
		for (size_t p = 0; p < e->projects_n; p++)
			if (lx_text_equal(e->id[p], id)) {
				*override = (struct lx_tally_override){ (uint16_t)p,
					strcmp(option, "fund") == 0, lx_text(equals + 1) };
				return LX_OK;
			}
	}
	return lx_fail(&cli->call, LX_INVALID, option, "cli.tally_override", "%s", text);
}

enum lx_code lx_cli_tally_apart(struct lx_cli *cli, struct lx_tally_report *tally)
{
	static const char *const names[] = { "fund", "refuse" };
	const char *top_down = lx_option(cli, "top-down"), *each;
	size_t n = 0, most = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; lx_option_each(cli, names[k], i) != NULL; i++)
			most++;
	if (most == 0 && top_down == NULL)
		return LX_OK;
	if (top_down != NULL &&
		!lx_decimal_read(lx_text(top_down), tally->pb.election.places, &tally->top_down))
		return lx_fail(
			&cli->call, LX_INVALID, "top-down", "cli.tally_amount", "%s", top_down);
	struct lx_tally_override *all = lx_array(&cli->call, most, sizeof *all);
	if (all == NULL)
		return LX_BROKEN;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; (each = lx_option_each(cli, names[k], i)) != NULL; i++)
			LX_TRY(read_override(cli, tally, names[k], each, &all[n++]));
	struct lx_tally_election rest;
	LX_TRY(lx_tally_apart(&cli->call, &tally->pb.election, tally->top_down, all, n, &rest,
		&tally->top_down_spent));
	tally->pb.election = rest;
	tally->overrides = all;
	tally->overrides_n = n;
	return LX_OK;
}

void lx_cli_tally_text_apart(struct lx_cli *cli, const struct lx_tally_report *tally)
{
	LX_CLOSE(lx_buf_close) struct lx_buf spent = { 0 }, share = { 0 };

	if (tally->top_down == 0 && tally->overrides_n == 0)
		return;
	lx_cli_tally_money(&spent, tally, tally->top_down_spent);
	lx_cli_tally_money(&share, tally, tally->top_down);
	lx_say(&cli->out, cli->lang, "cli.tally_apart", lx_buf_view(&spent).at,
		lx_buf_view(&share).at);
	lx_buf_char(&cli->out, '\n');
	for (size_t i = 0; i < tally->overrides_n; i++) {
		const struct lx_tally_override *it = &tally->overrides[i];
		lx_buf_str(&cli->out, "  ");
		lx_buf_text(&cli->out, tally->pb.election.id[it->project]);
		lx_buf_char(&cli->out, ' ');
		lx_buf_str(&cli->out, lx_tr(cli->lang, it->funds ? "cli.tally_apart_funds"
								 : "cli.tally_apart_refuses"));
		lx_buf_text(&cli->out, it->reason);
		lx_buf_char(&cli->out, '\n');
	}
	lx_buf_char(&cli->out, '\n');
}
