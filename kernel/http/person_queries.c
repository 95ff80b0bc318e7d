/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the region asks of accounts: whether somebody's has a second factor. */
#include "kernel/http/session.h"

static const struct lx_query factors = { "account.factors",
	"SELECT count(*) FROM account WHERE person = $1 AND totp IS NOT NULL", "i", "i" };

enum lx_code lx_account_has_factor(struct lx_tx *tx, int64_t person, bool *has)
{
	struct lx_value count;

	LX_TRY(lx_one(tx, &factors, (struct lx_value[]){ LX_I(person) }, &count));
	*has = count.number > 0;
	return LX_OK;
}
