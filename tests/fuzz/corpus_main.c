/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Runs a fuzz target once over every file of a folder: the saved corpus as an ordinary test. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path, uint8_t *bytes)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		perror(path);
		return 1;
	}
	size_t n = fread(bytes, 1, INPUT_MAX, file);
	(void)fclose(file);
	uint8_t *exact = malloc(n); /* so that the sanitizer sees what is read behind it */
	if (exact == NULL && n > 0)
		return 1;
	for (size_t i = 0; i < n; i++)
		exact[i] = bytes[i];
	int fault = LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return fault;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	uint8_t *bytes = malloc(INPUT_MAX);
	int faults = 0, n = 0;
	char path[4096];

	if (folder == NULL || bytes == NULL) {
		(void)fputs("corpus: no folder to read\n", stderr);
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		faults += run_file(path, bytes);
		n++;
	}
	(void)closedir(folder);
	free(bytes);
	(void)printf("corpus: %d inputs\n", n);
	return faults != 0 || n == 0;
}
