/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How the methods tell what they found: a report under construction. Private to this folder. */
#ifndef LX_ENGINES_APPRAISE_REPORT_H
#define LX_ENGINES_APPRAISE_REPORT_H

#include "engines/appraise/inner.h"

#define FINDINGS_MAX 16
#define REMARKS_MAX  8

/* `dea` is computed once for all methods that ask. Adders fail by the call's fault. */
struct report_builder {
	struct lx_call *call;
	const struct lx_appraisal *asked;
	struct lx_appraise_section *section;
	struct lx_dea *dea;
};

/* A method: its name, the kind it belongs to, how it adds to the section. */
struct report_method {
	const char *name;
	enum lx_appraise_kind kind;
	enum lx_code (*run)(struct report_builder *b);
};

extern const struct report_method lx_criteria_methods[], lx_frontier_methods[],
	lx_region_methods[]; /* each ends with a NULL name */

/* Add a finding; what is handed over must live as long as the call. */
void lx_report_number(struct report_builder *b, const char *key, double number);
void lx_report_rows(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const double *at);
void lx_report_ranks(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const size_t *rank);
void lx_report_words(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const char *const *words);
void lx_report_table(struct report_builder *b, const char *key, struct lx_grid table);

/* Adds a finding as it is. */
void lx_report_add(struct report_builder *b, struct lx_appraise_finding finding);

/* Adds a sentence: its key, then what is filled in, texts of the call. */
#define lx_report_remark(b, ...)                                                                   \
	lx_report_remark_list((b), (const char *const[]){ __VA_ARGS__, NULL })

/* As above, from a list that ends with NULL. */
void lx_report_remark_list(struct report_builder *b, const char *const *list);

/* A number for a sentence, four digits; "" beyond memory. */
const char *lx_report_figure(struct report_builder *b, double number);

#endif
