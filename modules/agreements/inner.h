/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of this folder share. */
#ifndef LX_MODULES_AGREEMENTS_INNER_H
#define LX_MODULES_AGREEMENTS_INNER_H

#include "modules/agreements/agreements.h"

/* The row of the article with this number, in the record or among the rows that the act adds; 0: there is none. */
int64_t lx_agreement_article(const struct lx_case *c, struct lx_text number);

/* Lets a commitment follow from a promise, given by its cells as entries have them. */
LX_CHECK enum lx_code lx_agreement_undertake(struct lx_case *c, const json_t *promise);

#endif
