/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Finding records of a type for a list: by state, by the fields whose use is "filter", by words, in an order, a
 * page at a time. Only records that everyone may read are found, unless `unpublished` is set: then
 * the caller must reduce each one.
 */
#ifndef LX_KERNEL_TYPES_LIST_H
#define LX_KERNEL_TYPES_LIST_H

#include "kernel/types/reduce.h"

#define LX_LIST_STATES_MAX  16
#define LX_LIST_FILTERS_MAX 8
#define LX_LIST_FOUND_MAX                                                                          \
	1000 /* of a search by words: what comes behind is not worth paging through */

enum lx_sort { LX_SORT_NEW, LX_SORT_OLD, LX_SORT_CHANGED, LX_SORT_COUNT };

struct lx_list_spec {
	const struct lx_shape *shape;
	struct lx_text states[LX_LIST_STATES_MAX];
	size_t states_n;
	struct {
		int field; /* of the type, or of `list` */
		int list;  /* -1: a field of the record itself */
		struct lx_text value;
	} filters[LX_LIST_FILTERS_MAX];
	size_t filters_n;
	struct lx_text search; /* empty: none */
	enum lx_sort sort;
	int count_field;  /* LX_SORT_COUNT: by which */
	int64_t before;   /* only numbers under this (LX_SORT_NEW), 0: all */
	int64_t after;    /* only numbers over this (LX_SORT_OLD) */
	bool unpublished; /* withheld states too, for a desk */
	size_t skip, most;
	const int64_t *counted; /* what by_state will be, if that is known; NULL: it is counted */
};

struct lx_list_found {
	int64_t *numbers;
	int64_t *touched; /* each one's last entry; NULL where words were looked for */
	size_t n;
	int64_t total;     /* with all filters */
	int64_t *by_state; /* as type->states: how many with all filters but the states */
};

LX_CHECK enum lx_code lx_list_find(
	struct lx_tx *tx, const struct lx_list_spec *spec, struct lx_list_found *found);

#endif
