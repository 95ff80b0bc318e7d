/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Completion scripts for bash and zsh, written from the declarations of the commands. */
#include "cli/help.h"
#include "cli/manual.h"

#include <string.h>

static void write_names(struct lx_buf *out, const struct lx_option *options)
{
	for (const struct lx_option *o = options; o != NULL && o->name != NULL; o++)
		lx_buf_printf(out, " --%s", o->name);
}

/* What may stand behind the options of a command: the words of a choice; nothing for a number or free text; else files. */
static void write_values(struct lx_buf *out, const char *command, const struct lx_option *options)
{
	for (const struct lx_option *o = options; o != NULL && o->name != NULL; o++) {
		bool file = o->value != NULL &&
			    (strstr(o->value, "FILE") != NULL || strstr(o->value, "DIR") != NULL ||
				    strstr(o->value, "FOLDER") != NULL ||
				    strstr(o->value, "CHECKPOINT") != NULL);
		if (o->kind == LX_OPTION_FLAG || file)
			continue;
		lx_buf_printf(out, "\t%s:--%s) words=\"%s\"; values=1 ;;\n", command, o->name,
			o->kind == LX_OPTION_CHOICE ? o->of : "");
	}
}

void lx_completion_bash(struct lx_buf *out)
{
	lx_buf_str(out,
		"# SPDX-License-Identifier: AGPL-3.0-or-later\n"
		"# Completion of lianxi for bash, written by `lianxi manual`.\n"
		"_lianxi()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal command=${COMP_WORDS[1]} words= values=\n\tCOMPREPLY=()\n"
		"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; lx_commands[i] != NULL; i++)
		lx_buf_printf(out, "%s ", lx_commands[i]->name);
	lx_buf_str(out, "--help --version' -- \"$word\"))\n\t\treturn\n\tfi\n"
			"\tcase $command:$before in\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++)
		write_values(out, lx_commands[i]->name, lx_commands[i]->options);
	write_values(out, "*", lx_common_options);
	lx_buf_str(out, "\tesac\n\tif [ -z \"$values\" ]; then\n\t\tcase $command:$word in\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		lx_buf_printf(out, "\t\t%s:-*) words=\"", lx_commands[i]->name);
		write_names(out, lx_commands[i]->options);
		write_names(out, lx_common_options);
		lx_buf_str(out, "\"; values=1 ;;\n");
	}
	lx_buf_str(out, "\t\tesac\n\tfi\n\tif [ -n \"$values\" ]; then\n"
			"\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
			"\telse\n\t\tcompopt -o filenames 2>/dev/null\n"
			"\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\tfi\n}\n"
			"complete -F _lianxi lianxi\n");
}

/* A sentence within single quotes and within the brackets of _arguments. */
static void write_quoted(struct lx_buf *out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			lx_buf_str(out, "'\\''");
		else if (strchr("[]:\\", *c) != NULL)
			lx_buf_printf(out, "\\%c", *c);
		else
			lx_buf_char(out, *c);
}

static void write_arguments(
	struct lx_buf *out, const struct lx_command *command, const struct lx_option *options)
{
	for (const struct lx_option *o = options; o != NULL && o->name != NULL; o++) {
		lx_buf_printf(out, "\t\t\t'%s--%s[", o->many ? "*" : "", o->name);
		write_quoted(out, lx_help_option(LX_EN, command, o));
		lx_buf_char(out, ']');
		if (o->kind == LX_OPTION_CHOICE)
			lx_buf_printf(out, ":%s:(%s)", o->name, o->of);
		else if (o->kind != LX_OPTION_FLAG)
			lx_buf_printf(out, ":%s:_files", o->name);
		lx_buf_str(out, "' \\\n");
	}
}

void lx_completion_zsh(struct lx_buf *out)
{
	lx_buf_str(out, "#compdef lianxi\n# SPDX-License-Identifier: AGPL-3.0-or-later\n"
			"# Completion of lianxi for zsh, written by `lianxi manual`.\n"
			"local -a commands\ncommands=(\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		lx_buf_printf(out, "\t'%s:", lx_commands[i]->name);
		write_quoted(out, lx_help_title(LX_EN, lx_commands[i]));
		lx_buf_str(out, "'\n");
	}
	lx_buf_str(out, ")\nif (( CURRENT == 2 )); then\n\t_describe command commands\nelse\n"
			"\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n"
			"\tcase $command in\n");
	for (size_t i = 0; lx_commands[i] != NULL; i++) {
		lx_buf_printf(out, "\t%s)\n\t\t_arguments \\\n", lx_commands[i]->name);
		write_arguments(out, lx_commands[i], lx_commands[i]->options);
		write_arguments(out, lx_commands[i], lx_common_options);
		lx_buf_str(out, "\t\t\t'*:file:_files'\n\t\t;;\n");
	}
	lx_buf_str(out, "\tesac\nfi\n");
}
