/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The sample pages: every page struct filled with invented, realistic content in both languages, printed to
 * files. They are what the browser tests look at, and show how the structs are filled. Tests only.
 */
#ifndef LX_KERNEL_VIEW_VIEW_SAMPLE_H
#define LX_KERNEL_VIEW_VIEW_SAMPLE_H

#include "kernel/view/account.h"
#include "kernel/view/home.h"
#include "kernel/view/markdown.h"
#include "kernel/view/record.h"
#include "kernel/view/svg.h"

/* One language's run: where pages go and how they are printed. */
struct sample {
	const char *folder;
	struct lx_view view;
	struct lx_call *call;
	struct lx_buf out;
	bool signed_in, large;
	const char *theme;
};

/* Words in the language of the run; an address; a link; a state; Markdown. */
struct lx_words say(const struct sample *s, const char *zh, const char *en);
struct lx_address at(const char *path);
struct lx_link_view to(struct lx_words label, const char *path);
struct lx_state_view state(
	const struct sample *s, enum lx_view_mark mark, const char *zh, const char *en);
struct lx_html marked(struct sample *s, const char *zh, const char *en);

/* A frame with the crumbs given; its title. `section`: path of the current one, or NULL. */
struct lx_frame frame_of(const struct sample *s, struct lx_words title, const char *section);

/* Writes what has been printed to <folder>/<name>.<language>.html and empties the buffer. */
void save(struct sample *s, const char *name);

/* A copy of an array in the call's arena, so that it outlives the function that wrote it. */
const void *keep(struct sample *s, const void *array, size_t bytes);
#define KEEP(s, array) keep((s), (array), sizeof(array))

/* A cell of words; a fact with one value. `cell` is taken from the call's arena. */
struct lx_cell cell(enum lx_cell_kind kind, struct lx_words words);
struct lx_fact fact(struct sample *s, struct lx_words label, struct lx_words value);

/* 2026-11-20 08:41 in Shanghai. */
#define SAMPLE_NOW INT64_C(1795135260000)
#define MINUTES(n) ((int64_t)(n)*60000)
#define DAYS(n)    ((int64_t)(n)*86400000)
#define COUNT(a)   (sizeof(a) / sizeof(a)[0])

/* Each draws its pages. */
void sample_home(struct sample *s);
void sample_list(struct sample *s);
void sample_item(struct sample *s);
void sample_form(struct sample *s);
void sample_account(struct sample *s);

#endif
