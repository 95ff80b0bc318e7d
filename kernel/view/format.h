/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Numbers, money, days and moments as the two languages write them. Included by view.h.
 *
 * A moment is milliseconds since 1970 UTC, shown in the zone of the view; a day is days since 1970 and
 * has no zone. A zone is a fixed offset: right for regions without summer time.
 */
#ifndef LX_KERNEL_VIEW_FORMAT_H
#define LX_KERNEL_VIEW_FORMAT_H

#include "base/decimal.h"

struct lx_view;

/* A moment taken apart in a zone. `weekday`: 0 is Sunday. */
struct lx_moment_parts {
	int year, month, day, weekday, hour, minute, second;
};

/* The parts of a moment in a zone (minutes east of UTC), and of a day. */
struct lx_moment_parts lx_parts_of(int64_t moment, int zone);
struct lx_moment_parts lx_parts_of_day(int64_t day);

/* 3,412 */
void lx_view_number(struct lx_buf *out, const struct lx_view *view, int64_t number);
/* A moment in tables and margins: 11-20 08:41, with the year unless it is view->year */
void lx_view_moment(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A moment's day in tables: 11-20, or 2025-11-20 */
void lx_view_day(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A moment's day with its year, on documents: 2026-11-20 */
void lx_view_ymd(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A moment's time of day: 08:41 */
void lx_view_time(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A moment in a sentence: 2026 年 12 月 4 日（周五）9:30; Friday 4 December 2026, 9:30 */
void lx_view_full(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A moment for machines, in the zone: 2026-12-04T09:30:00+08:00 */
void lx_view_iso(struct lx_buf *out, const struct lx_view *view, int64_t moment);
/* A day of the calendar (days since 1970) in a sentence, and as 2026-12-04 */
void lx_view_date(struct lx_buf *out, const struct lx_view *view, int64_t day);
void lx_view_iso_day(struct lx_buf *out, int64_t day);

/* An amount with its unit, as a sentence has it: ¥1,200.00 is 1,200.00 元 in Chinese; from 10,000 units up
 * whole ten-thousands and hundred-millions become 万元 and 亿元, millions "million" in English. Exact: a
 * unit is used only where at most two decimals result. */
void lx_view_money(struct lx_buf *out, const struct lx_view *view, struct lx_money money);

#endif
