/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Prints the sample pages: view_sample FOLDER. */
#include "kernel/view/view_sample.h"

#include "web/assets.h"

#include <stdio.h>
#include <string.h>

struct lx_words say(const struct sample *s, const char *zh, const char *en)
{
	return lx_words_str(s->view.lang == LX_ZH ? zh : en);
}

struct lx_address at(const char *path)
{
	return lx_address_local(lx_text(path));
}

struct lx_link_view to(struct lx_words label, const char *path)
{
	return (struct lx_link_view){ .label = label, .address = at(path) };
}

struct lx_state_view state(
	const struct sample *s, enum lx_view_mark mark, const char *zh, const char *en)
{
	return (struct lx_state_view){ mark, say(s, zh, en).text };
}

struct lx_html marked(struct sample *s, const char *zh, const char *en)
{
	struct lx_html html = { 0 };

	if (lx_markdown(s->call, say(s, zh, en).text, 2, &html) != LX_OK)
		(void)fputs("view_sample: Markdown failed\n", stderr);
	return html;
}

const void *keep(struct sample *s, const void *array, size_t bytes)
{
	return lx_arena_copy(s->call->arena, array, bytes);
}

struct lx_cell cell(enum lx_cell_kind kind, struct lx_words words)
{
	return (struct lx_cell){ .kind = kind, .words = words };
}

struct lx_fact fact(struct sample *s, struct lx_words label, struct lx_words value)
{
	struct lx_cell *values = lx_array(s->call, 1, sizeof *values);

	if (values == NULL)
		return (struct lx_fact){ .label = label };
	values[0] = cell(LX_CELL_TEXT, value);
	return (struct lx_fact){ .label = label, .values = values, .values_n = 1 };
}

static const struct {
	const char *path, *zh, *en;
} sections[] = {
	{ "/", "首页", "Home" },
	{ "/needs", "需求", "Needs" },
	{ "/projects", "项目与投票", "Projects" },
	{ "/ground", "共识", "Common ground" },
	{ "/council", "会议与协议", "Council" },
	{ "/fund", "基金", "Fund" },
	{ "/duty", "履责", "Accountability" },
	{ "/catalogue", "资源与政策", "Resources" },
	{ "/record", "公开记录", "Public record" },
};

static const struct {
	const char *path, *zh, *en;
} foot[] = {
	{ "/charter", "章程", "Charter" },
	{ "/bodies/1", "秘书处", "Secretariat" },
	{ "/about/access", "无障碍声明", "Accessibility" },
	{ "/about/data", "个人信息", "Personal data" },
	{ "/api", "接口文档", "API" },
};

static void fill_links(const struct sample *s, struct lx_frame *frame, const char *section)
{
	struct lx_link_view *links = lx_array(
		s->call, COUNT(sections) + COUNT(foot), sizeof *links);

	if (links == NULL)
		return;
	for (size_t i = 0; i < COUNT(sections); i++) {
		links[i] = to(say(s, sections[i].zh, sections[i].en), sections[i].path);
		links[i].current = section != NULL && strcmp(section, sections[i].path) == 0;
	}
	frame->sections = links;
	frame->sections_n = COUNT(sections);
	frame->foot = links + COUNT(sections);
	frame->foot_n = COUNT(foot);
	for (size_t i = 0; i < COUNT(foot); i++)
		links[COUNT(sections) + i] = to(say(s, foot[i].zh, foot[i].en), foot[i].path);
}

struct lx_frame frame_of(const struct sample *s, struct lx_words title, const char *section)
{
	struct lx_frame frame = {
		.title = title,
		.region = say(s, "长三角城市联席会议", "Yangtze Delta Cities Council"),
		.tagline = say(s, "41 个成员城市 · 上海 江苏 浙江 安徽",
			"41 member cities · Shanghai, Jiangsu, Zhejiang, Anhui"),
		.sample = say(s, "示例数据：城市为真，其余均为虚构。",
			"Sample data: the cities are real, all else is invented."),
		.theme = lx_text(s->theme),
		.large = s->large,
		.size = at(s->large ? "?size=normal" : "?size=large"),
		.language = at(s->view.lang == LX_ZH ? "?lang=en" : "?lang=zh"),
		.act = to(say(s, "提出需求", "Express a need"), "/needs/new"),
		.entry = 48213,
		.verify = at("/record/verify"),
		.exports = { at("?as=csv"), at("?as=json"), at("?as=atom") },
	};

	if (s->signed_in) {
		frame.person = say(s, "陈某（示例）", "Chen (sample)").text;
		frame.waiting = 7;
		frame.csrf = lx_text("c5rf");
	}
	fill_links(s, &frame, section);
	return frame;
}

void save(struct sample *s, const char *name)
{
	char path[512];
	struct lx_text page = lx_buf_view(&s->out);

	(void)snprintf(path, sizeof path, "%s/%s%s%s%s.%s.html", s->folder, name,
		s->large ? ".large" : "", s->theme[0] != '\0' ? "." : "", s->theme,
		s->view.lang == LX_ZH ? "zh" : "en");
	FILE *file = fopen(path, "wb");
	if (file == NULL || lx_buf_failed(&s->out) ||
		fwrite(page.at, 1, page.len, file) != page.len)
		(void)fprintf(stderr, "view_sample: %s not written\n", path);
	if (file != NULL)
		(void)fclose(file);
	lx_buf_clear(&s->out);
}

/* The assets as files, under the names that the pages ask for. */
static void save_assets(const char *folder)
{
	char path[512];

	for (size_t i = 0; i < lx_assets_n; i++) {
		(void)snprintf(path, sizeof path, "%s%s", folder, lx_assets[i].address);
		FILE *file = fopen(path, "wb");
		if (file == NULL)
			continue;
		(void)fwrite(lx_assets[i].bytes, 1, lx_assets[i].bytes_n, file);
		(void)fclose(file);
	}
}

static void draw(struct sample *s)
{
	sample_home(s);
	sample_list(s);
	sample_item(s);
	sample_form(s);
	sample_account(s);
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call call = { .arena = &arena };

	if (argc != 2) {
		(void)fputs("usage: view_sample FOLDER\n", stderr);
		return 2;
	}
	save_assets(argv[1]);
	for (int lang = LX_ZH; lang < LX_LANGS; lang++) {
		struct sample s = { .folder = argv[1],
			.call = &call,
			.theme = "",
			.view = { .lang = (enum lx_lang)lang, .zone = 480, .year = 2026 },
			.out = { .limit = 4 << 20 } };
		draw(&s);
		s.theme = "dark";
		draw(&s);
		s.theme = "";
		s.large = true;
		draw(&s);
		lx_buf_close(&s.out);
	}
	return 0;
}
