/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who has a say about a commitment: its owner alone, or the parties of the agreement that it comes from. */
#include "modules/commitments/commitments.h"

#include "kernel/types/case.h"

lx_rule_fn commitment_own, commitment_shared;

static enum lx_code has_parties(struct lx_case *c, bool *has)
{
	struct lx_text *links;
	size_t n;

	LX_TRY(lx_path_links(&c->view, c->record, "source.party.member", &links, &n));
	*has = n > 0;
	return LX_OK;
}

/* What was promised to others is not changed without them. */
enum lx_code commitment_own(struct lx_case *c)
{
	bool has;

	LX_TRY(has_parties(c, &has));
	return has ? lx_case_refuse(c, NULL, "commitment_own") : LX_OK;
}

/* A pledge of one's own asks nobody. */
enum lx_code commitment_shared(struct lx_case *c)
{
	bool has;

	LX_TRY(has_parties(c, &has));
	return has ? LX_OK : lx_case_refuse(c, NULL, "commitment_shared");
}
