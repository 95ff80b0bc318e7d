/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Consent: opening, who is asked, what the voices amount to by the charter's rule. */
#ifndef LX_KERNEL_TYPES_CONSENT_H
#define LX_KERNEL_TYPES_CONSENT_H

#include "kernel/types/case.h"

enum lx_outcome { LX_UNDECIDED, LX_GRANTED, LX_REFUSED };

/* Adds the effect that opens the consent of c->act, with the decoded input frozen; refuses when nobody is asked or one is
 * open for the same act. *number is the consent's. */
LX_CHECK enum lx_code lx_consent_open(struct lx_case *c, int64_t *number);

/* Adds the effects that close what is pending on acts that the state after this act does not allow. */
LX_CHECK enum lx_code lx_consents_overtaken(struct lx_case *c);

/* What a pending consent amounts to now. `final`: its time is over, silence counts as the rule says. */
LX_CHECK enum lx_code lx_consent_verdict(const struct lx_sight *view,
	const struct lx_record *record, const struct lx_pending *pending, bool final,
	enum lx_outcome *verdict);

/* The open consent of a record by number (0: the only open one), or NULL. */
const struct lx_pending *lx_consent_open_one(const struct lx_record *record, int64_t number);

/* The voices asked by a consent that the actor may raise and that have not spoken: links, in the call's arena. */
LX_CHECK enum lx_code lx_consent_voices(const struct lx_sight *view, const struct lx_record *record,
	const struct lx_pending *pending, struct lx_text **voices, size_t *n);

/* Records with an open consent: pairs of type and number. */
LX_CHECK enum lx_code lx_consents_open(
	struct lx_tx *tx, size_t most, struct lx_value **cells, size_t *n);

#endif
