/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The statements over the tables that all types share: terms, consents, voices, timeline. */
#ifndef LX_KERNEL_TYPES_QUERIES_H
#define LX_KERNEL_TYPES_QUERIES_H

#include "kernel/store/store.h"

extern const struct lx_query lx_q_terms, lx_q_term_put, lx_q_terms_due, lx_q_consents,
	lx_q_consent_put, lx_q_consent_close, lx_q_consents_due, lx_q_voices, lx_q_voice_put,
	lx_q_open_content_put, lx_q_open_content, lx_q_timeline_put, lx_q_timeline, lx_q_latest,
	lx_q_latest_of_type, lx_q_latest_of_record, lx_q_undone, lx_q_entries, lx_q_consents_open,
	lx_q_log, lx_q_next_due, lx_q_charter_last, lx_q_key, lx_q_key_put, lx_q_count_add,
	lx_q_counts, lx_q_mark, lx_q_mark_put, lx_q_signed, lx_q_signed_put;

/* All of them, for the test that prepares each; ends with NULL. */
extern const struct lx_query *const lx_types_queries[];

#endif
