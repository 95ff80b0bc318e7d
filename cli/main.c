/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi: finds the command, reads its options by its declaration, runs it, tells what went wrong.
 * The only place that asks the environment. What a command does stands in its own file.
 */
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_LIMIT (SIZE_MAX / 4) /* commands bound what they read; the machine bounds the rest */

static const struct lx_option *find_in(const struct lx_option *options, struct lx_text name)
{
	for (; options != NULL && options->name != NULL; options++)
		if (lx_text_is(name, options->name))
			return options;
	return NULL;
}

static enum lx_code check_int(struct lx_cli *cli, const struct lx_option *option, const char *value)
{
	int64_t number, bound;

	if (!lx_text_int(lx_text(value), &number))
		return lx_fail(&cli->call, LX_INVALID, option->name, "cli.not_number", "%s", value);
	if (option->of == NULL)
		return LX_OK;
	const char *dots = strstr(option->of, "..");
	struct lx_text low = { option->of, (size_t)(dots - option->of) }, high = lx_text(dots + 2);
	if ((lx_text_int(low, &bound) && number < bound) ||
		(lx_text_int(high, &bound) && number > bound))
		return lx_fail(&cli->call, LX_INVALID, option->name, "cli.range", "%s", option->of);
	return LX_OK;
}

static enum lx_code give(struct lx_cli *cli, const struct lx_option *option, const char *value)
{
	if (option->kind == LX_OPTION_CHOICE && !lx_word_in(lx_text(value), option->of))
		return lx_fail(
			&cli->call, LX_INVALID, option->name, "cli.choice", "%s", option->of);
	if (option->kind == LX_OPTION_INT)
		LX_TRY(check_int(cli, option, value));
	if (!option->many && lx_option(cli, option->name) != NULL)
		return lx_fail(&cli->call, LX_INVALID, option->name, "cli.twice", NULL);
	if (cli->given_n == LX_OPTIONS_MAX)
		return lx_fail(&cli->call, LX_INVALID, option->name, "cli.too_many", NULL);
	cli->given[cli->given_n].option = option;
	cli->given[cli->given_n++].value = value;
	return LX_OK;
}

enum lx_code lx_option_give(struct lx_cli *cli, const char *name, const char *value)
{
	return give(cli, find_in(cli->command->options, lx_text(name)), value);
}

const char *lx_style(bool colour, enum lx_style_of style)
{
	static const char *const codes[] = { [LX_STYLE_PLAIN] = "\033[0m",
		[LX_STYLE_BOLD] = "\033[1m",
		[LX_STYLE_RED] = "\033[31m",
		[LX_STYLE_GREEN] = "\033[32m" };

	return colour ? codes[style] : "";
}

const char *lx_cli_environment(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

/* One word that begins with two dashes; *i moves on where the value is the next word. */
static enum lx_code take_option(struct lx_cli *cli, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	struct lx_text name = { word, equals == NULL ? strlen(word) : (size_t)(equals - word) };
	const struct lx_option *option = find_in(lx_common_options, name);

	if (option == NULL)
		option = find_in(cli->command->options, name);
	if (option == NULL)
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.unknown_option", "--%.*s",
			(int)name.len, name.at);
	if (option->kind == LX_OPTION_FLAG) {
		if (equals != NULL)
			return lx_fail(&cli->call, LX_INVALID, option->name, "cli.no_value", NULL);
		return give(cli, option, "");
	}
	if (equals != NULL)
		return give(cli, option, equals + 1);
	if (*i + 1 == argc)
		return lx_fail(&cli->call, LX_INVALID, option->name, "cli.needs_value", NULL);
	return give(cli, option, argv[++*i]);
}

static enum lx_code take_words(struct lx_cli *cli, int argc, char **argv)
{
	bool only_operands = false;

	cli->operands = lx_array(&cli->call, (size_t)argc + 1, sizeof *cli->operands);
	if (cli->operands == NULL)
		return LX_BROKEN;
	for (int i = 2; i < argc; i++) {
		if (!lx_utf8_valid(argv[i], strlen(argv[i]), NULL))
			return lx_fail(&cli->call, LX_INVALID, NULL, "cli.utf8_word", NULL);
		if (!only_operands && strcmp(argv[i], "--") == 0)
			only_operands = true;
		else if (!only_operands && strncmp(argv[i], "--", 2) == 0)
			LX_TRY(take_option(cli, argc, argv, &i));
		else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0')
			return lx_fail(
				&cli->call, LX_INVALID, NULL, "cli.unknown_option", "%s", argv[i]);
		else
			cli->operands[cli->operands_n++] = argv[i];
	}
	if (lx_option(cli, "help") != NULL)
		return LX_OK;
	if (cli->operands_n < cli->command->operands_least)
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.operands_few", "%s",
			cli->command->operands);
	if (cli->operands_n > cli->command->operands_most)
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.operands_many", "%s",
			cli->operands[cli->command->operands_most]);
	return LX_OK;
}

static enum lx_lang language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return lx_lang_of(lx_text(value), LX_EN);
	}
	return LX_EN;
}

static int exit_code(const struct lx_cli *cli, enum lx_code code)
{
	static const int codes[] = { [LX_OK] = 0,
		[LX_INVALID] = 2,
		[LX_FORBIDDEN] = 3,
		[LX_NOT_FOUND] = 3,
		[LX_CONFLICT] = 3,
		[LX_BUSY] = 3,
		[LX_BROKEN] = 4 };

	return code == LX_OK && cli->wrong ? 1 : codes[code];
}

static void tell(struct lx_cli *cli)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_buf_printf(&text, "%slianxi:%s ", lx_style(cli->colour_faults, LX_STYLE_RED),
		lx_style(cli->colour_faults, LX_STYLE_PLAIN));
	if (cli->call.fault.field[0] != '\0')
		lx_buf_printf(&text, "%s: ", cli->call.fault.field);
	lx_say_fault(&text, cli->lang, &cli->call.fault);
	lx_buf_char(&text, '\n');
	if (!lx_buf_failed(&text))
		(void)fputs(text.at, stderr);
}

static enum lx_code run(struct lx_cli *cli, int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		lx_help_commands(cli);
		return argc < 2 ? lx_fail(&cli->call, LX_INVALID, NULL, "cli.which", NULL) : LX_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		lx_buf_str(&cli->out, "lianxi " LX_VERSION "\n");
		return LX_OK;
	}
	for (size_t i = 0; lx_commands[i] != NULL; i++)
		if (strcmp(lx_commands[i]->name, argv[1]) == 0)
			cli->command = lx_commands[i];
	if (cli->command == NULL)
		return lx_fail(&cli->call, LX_INVALID, NULL, "cli.unknown_command", "%s", argv[1]);
	enum lx_code code = take_words(cli, argc, argv);
	const char *lang = lx_option(cli, "lang");
	if (lang != NULL)
		cli->lang = lx_lang_of(lx_text(lang), cli->lang);
	LX_TRY(code);
	if (lx_option(cli, "help") != NULL) {
		lx_help_command(cli);
		return LX_OK;
	}
	LX_TRY(cli->command->run(cli));
	return lx_result_write(cli);
}

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = MEMORY_LIMIT };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const char *no_colour = getenv("NO_COLOR");
	struct lx_cli cli = {
		.call = { .arena = &arena, .threads = cores < 1 ? 1 : (unsigned)cores },
		.lang = language(),
		.colour = isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0'),
		.colour_faults = isatty(STDERR_FILENO) &&
				 (no_colour == NULL || no_colour[0] == '\0'),
	};

	enum lx_code code = run(&cli, argc, argv);
	lx_cli_progress_end(&cli);
	enum lx_code flushed = lx_cli_flush(&cli);
	if (code == LX_OK)
		code = flushed;
	if (code != LX_OK)
		tell(&cli);
	lx_buf_close(&cli.out);
	lx_json_free(&cli.facts);
	return exit_code(&cli, code);
}
