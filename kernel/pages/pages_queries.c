/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages' own statements. */
#include "kernel/pages/pages_queries.h"

const struct lx_query lx_q_demo_accounts = { "pages.demo_accounts",
	"SELECT name FROM account WHERE demo = 1 ORDER BY number LIMIT 80", "", "t" };
