"""What a document may take of the machine, with which passwords it opens, and what a kernel has to give for the sandbox."""

import ctypes
import os
import signal
import struct
import unittest
from pathlib import Path

import e2e
from e2e import PIPELINE, endless, invoice, pdf, wait_for
from e2e_torture import encrypted

PIPELINE = PIPELINE[:PIPELINE.index("  - classify")]  # Only extract.
FULL = "\n".join(["word " * 18] * 50)  # A page, full of words: 30 KiB with their boxes.
ENOSYS, EPERM = 38, 1
SECCOMP, PRCTL, LANDLOCK = {"x86_64": (317, 157, 444), "aarch64": (277, 167, 444)}[os.uname().machine]


def extract(**settings):
    """A pipeline whose extract stage has these settings, as they are written."""
    return PIPELINE.replace("- extract:", "- extract: {" + ", ".join(f"{k}: {v}" for k, v in settings.items()) + "}")


def refusing(*calls, prctl=False, error=ENOSYS):
    """For the child between fork and exec: from then on the kernel knows these system calls no more, as an older or a
    container's would; `prctl`: nor the option of prctl(2) that sets filters."""
    def load(offset):
        return struct.pack("HBBI", 0x20, 0, 0, offset)

    def same(value, yes, no):
        return struct.pack("HBBI", 0x15, yes, no, value)

    def answer(value):
        return struct.pack("HBBI", 0x06, 0, 0, value)

    fail, allow = answer(0x00050000 | error), answer(0x7FFF0000)
    program = [load(0)]
    for call in calls:
        program += [same(call, 0, 1), fail]
    if prctl:
        program += [same(PRCTL, 0, 3), load(16), same(22, 0, 1), answer(0x00050000 | 22)]
    program.append(allow)
    code = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)

    def act():
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        if libc.prctl(22, 2, ctypes.byref(Program(len(program), ctypes.addressof(code)))) != 0:
            os._exit(99)
    return act


def pages_with_a_trap(count, trap):
    """A PDF of `count` pages; page `trap` draws a form that draws itself twice, sixty levels deep: nobody comes to its end."""
    lines = b"BT /F1 10 Tf 60 700 Td (This is page %d of the document, and it says what it says.) Tj ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for number in range(1, count + 1):
        page = len(objects) + 1
        kids.append(b"%d 0 R" % page)
        content = lines % number
        forms = b""
        if number == trap:
            content += b" /X0 Do"
            forms = b"/XObject << /X0 %d 0 R >>" % (page + 2)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
                       b"<< /Font << /F1 3 0 R >> %s >> >>" % (page + 1, forms))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        if number == trap:
            for level in range(60):
                inner = b"/X%d Do /X%d Do" % (level + 1, level + 1) if level < 59 else b"0 0 1 1 re f"
                resources = b"<< /XObject << /X%d %d 0 R >> >>" % (level + 1, len(objects) + 2) if level < 59 else b"<< >>"
                objects.append(b"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources %s /Length %d >>\n"
                               b"stream\n%s\nendstream" % (resources, len(inner), inner))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), count)
    return e2e.assemble(objects)


class Limits(e2e.Case):
    def error(self, path):
        error = self.record(path)["error"]
        return error["class"], error["message"]

    def test_time_is_named_with_its_limit(self):
        self.write("in/a.pdf", endless())
        self.run_pipeline(expect=1, pipeline=extract(limits="{ cpu_time: 300ms, wall_time: 5m }"))
        self.assertEqual(self.error("in/a.pdf"),
                         ("timeout", "a.pdf took longer than 300 ms of CPU time (`limits.cpu_time` of the extract stage)"))

    @unittest.skipIf(os.environ.get("SANITIZED"), "sanitizers need address space without limit")
    def test_memory_is_named_with_its_limit(self):
        self.write("in/a.txt", "A line like any other, and there are many.\n" * 600_000)
        self.run_pipeline(expect=1, pipeline=extract(limits="{ memory: 64MiB }"))
        self.assertEqual(self.error("in/a.txt"),
                         ("memory", "a.txt needed more than 64 MiB of memory (`limits.memory` of the extract stage)"))

    def test_output_is_named_with_its_limit(self):
        self.write("in/a.txt", "x" * 100_000)
        self.write("in/b.pdf", pdf(*[FULL] * 4))
        self.write("in/c.txt", "x" * 30_000)
        self.run_pipeline(expect=1, pipeline=extract(limits="{ output: 64KiB }"))
        self.assertEqual(self.report()["files"],
                         [{"media_type": "application/pdf", "count": 1, "outcomes": {"output_limit": 1}},
                          {"media_type": "text/plain", "count": 2, "outcomes": {"done": 1, "output_limit": 1}}])
        for name in ("a.txt", "b.pdf"):
            self.assertEqual(self.error(f"in/{name}"),
                             ("output_limit", f"{name} has more than 64 KiB of text and word boxes "
                                              "(`limits.output` of the extract stage)"))
        self.assertEqual(self.record("in/c.txt")["status"], "done")

    def test_the_short_forms_are_the_same_limits(self):
        self.write("in/a.pdf", endless())
        self.run_pipeline(expect=1, pipeline=extract(time_limit="300ms", memory_limit="256", limits="{ wall_time: 5m }"))
        self.assertIn("300 ms of CPU time", self.error("in/a.pdf")[1])
        for settings, said in (({"time_limit": "1s", "limits": "{cpu_time: 2s}"}, "limits.cpu_time"),
                               ({"memory_limit": "64", "limits": "{memory: 64MiB}"}, "limits.memory")):
            self.write("pipeline.yaml", extract(**settings))
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2)
            self.assertRegex(result.err, f"is short for {said}: leave one of them out")

    def test_a_new_limit_alone_reads_nothing_again(self):
        self.write("in/a.txt", "a text")
        self.run_pipeline(pipeline=extract(limits="{ memory: 1GiB }"))
        self.write("pipeline.yaml", extract(limits="{ memory: 2GiB, open_files: 32, wall_time: 5m }"))
        self.run_pipeline()
        self.assertEqual(self.report()["documents"]["up_to_date"], 1)

    def test_sizes_are_checked(self):
        for size, said in (("64", "did you mean '64MiB'"), ("1MiB", "at least 64 MiB"), ("lots", "a size such as 64MiB")):
            self.write("pipeline.yaml", extract(limits=f"{{memory: {size}}}"))
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2, size)
            self.assertIn(said, result.err)


class Partial(e2e.Case):
    def check(self, name, pages, of, limit, document=None):
        record = self.record(name)
        self.assertEqual(record["status"], "done", record)
        self.assertEqual(record["extract"]["partial"], {"pages": pages, "of": of, "limit": limit})
        self.assertEqual(record["extract"]["pages"], pages)
        self.assertTrue(any(f"only {pages} of {of} pages" in problem for problem in record["extract"]["problems"]))
        text = (self.dir / f"out/{name}.txt").read_text("utf-8")
        return record, text

    def test_the_pages_before_the_limit_are_kept(self):
        self.write("in/a.pdf", pages_with_a_trap(9, 6))
        self.write("in/b.pdf", pages_with_a_trap(2, 2))
        self.write("in/c.pdf", pdf("A whole document", "of two pages"))
        self.run_pipeline(pipeline=extract(partial="accept", limits="{ cpu_time: 700ms, wall_time: 5m }"))
        _, text = self.check("in/a.pdf", 5, 9, "cpu_time")
        self.assertIn("This is page 5", text)
        self.assertNotIn("This is page 6", text)
        self.check("in/b.pdf", 1, 2, "cpu_time")
        self.assertNotIn("partial", self.record("in/c.pdf")["extract"])
        self.assert_valid()

    def test_without_it_or_without_a_page_the_document_fails(self):
        self.write("in/a.pdf", pages_with_a_trap(9, 6))
        self.run_pipeline(expect=1, pipeline=extract(limits="{ cpu_time: 500ms, wall_time: 5m }"))
        self.assertEqual(self.record("in/a.pdf")["error"]["class"], "timeout")
        self.write("in/b.pdf", pages_with_a_trap(3, 1))
        self.write("pipeline.yaml", extract(partial="accept", limits="{ cpu_time: 500ms, wall_time: 5m }"))
        self.run_pipeline(expect=1)
        self.assertEqual(self.record("in/a.pdf")["status"], "done")
        self.assertEqual(self.record("in/b.pdf")["error"]["class"], "timeout")

    def test_as_many_pages_as_the_output_has_room_for(self):
        self.write("in/a.pdf", pdf(*[FULL] * 40))
        self.run_pipeline(pipeline=extract(partial="accept", limits="{ output: 256KiB }"))
        partial = self.record("in/a.pdf")["extract"]["partial"]
        self.assertEqual((partial["of"], partial["limit"]), (40, "output"))
        self.assertTrue(1 < partial["pages"] < 40, partial)

    def test_it_is_a_doubt_and_a_condition(self):
        self.write("in/a.pdf", pages_with_a_trap(4, 3))
        settings = extract(partial="accept", limits="{ cpu_time: 500ms, wall_time: 5m }")
        self.run_pipeline(expect=3, pipeline=settings + "  - escalate:\n      reasons: [partial_text]\n")
        self.assertEqual(self.record("in/a.pdf")["reasons"], ["partial text"])
        self.write("pipeline.yaml", settings + "  - escalate:\n      when: { cut: .extract.partial.pages < 3 }\n")
        self.run_pipeline(expect=3)
        self.assertEqual(self.record("in/a.pdf")["reasons"], ["cut"])

    def test_a_higher_limit_reads_the_document_again(self):
        self.write("in/a.pdf", pdf(*[FULL] * 40))
        self.run_pipeline(pipeline=extract(partial="accept", limits="{ output: 256KiB }"))
        self.assertIn("partial", self.record("in/a.pdf")["extract"])
        self.write("pipeline.yaml", extract(partial="accept", limits="{ output: 8MiB }"))
        self.run_pipeline()
        self.assertNotIn("partial", self.record("in/a.pdf")["extract"])


class Passwords(e2e.Case):
    def test_they_are_tried_in_turn_and_never_written(self):
        words = ["open sesame", "Swordfish-1", "grün & schön"]
        for number, word in enumerate(words):
            self.write(f"in/{number}.pdf", encrypted(word))
        self.write("in/free.pdf", encrypted(""))
        self.write("in/other.pdf", encrypted("nobody knows"))
        self.write("words.txt", f"{words[1]}\n\n{words[2]}\r\n").chmod(0o600)
        self.run_pipeline(expect=1, env={"FIRST": words[0]},
                          pipeline=extract(passwords='["${FIRST}", file:words.txt]'))
        for number in range(3):
            self.assertIs(self.record(f"in/{number}.pdf")["extract"]["opened_with_password"], True)
            self.assertIn("a secret", (self.dir / f"out/in/{number}.pdf.txt").read_text("utf-8"))
        self.assertNotIn("opened_with_password", self.record("in/free.pdf")["extract"])
        self.assertEqual(self.record("in/other.pdf")["error"]["class"], "encrypted")
        for file in (self.dir / "out").rglob("*"):
            if not file.is_file():
                continue
            for word in words:
                self.assertNotIn(word.encode(), file.read_bytes(), file)
        self.assert_valid()

    def test_one_is_enough_and_a_literal_is_refused(self):
        self.write("in/a.pdf", encrypted("sesame"))
        self.run_pipeline(env={"WORD": "sesame"}, pipeline=extract(password="'${WORD}'"))
        self.write("pipeline.yaml", extract(passwords="'${WORD}'"))
        self.run_pipeline("-B", env={"WORD": "other\nsesame"})
        for settings, said in (({"passwords": "[sesame]"}, "must not be in this file"),
                               ({"password": "'${WORD}'", "passwords": "'${WORD}'"}, "is short for passwords")):
            self.write("pipeline.yaml", extract(**settings))
            result = self.docket("check", "pipeline.yaml", env={"WORD": "x"})
            self.assertEqual(result.code, 2)
            self.assertIn(said, result.err)

    def test_a_password_that_came_later(self):
        self.write("in/a.pdf", encrypted("sesame"))
        self.run_pipeline(expect=1)
        self.assertIn("--retry-parked", self.record("in/a.pdf")["error"]["message"])
        self.write("pipeline.yaml", extract(passwords="'${WORD}'"))
        self.run_pipeline("--retry-parked", env={"WORD": "sesame"})


class Kernel(e2e.Case):
    KERNELS = [("seccomp", refusing(SECCOMP, prctl=True)), ("Landlock", refusing(LANDLOCK)),
               ("seccomp", refusing(SECCOMP, LANDLOCK, prctl=True, error=EPERM))]

    def test_what_is_refused_is_said_once_and_the_run_goes_on(self):
        for number in range(6):
            self.write(f"in/{number}.pdf", pdf(invoice(number)))
            self.write(f"in/{number}.txt", invoice(number))
        for what, kernel in self.KERNELS:
            with self.subTest(what):
                result = self.run_pipeline("-B", "-j2", preexec_fn=kernel, pipeline=PIPELINE)
                self.assertEqual(result.err.count("not locked in entirely"), 1, result.err)
                self.assertIn(what, result.err)
                warnings = self.report()["run"]["warnings"]
                self.assertEqual(len(warnings), 1, warnings)
                self.assertIn(what, warnings[0])
                self.assertEqual(self.report()["documents"]["done"], 12)
        self.run_pipeline("-B")
        self.assertNotIn("warnings", self.report()["run"])

    def test_check_says_what_is_refused(self):
        self.write("pipeline.yaml", PIPELINE)
        for what, kernel in self.KERNELS:
            self.assertIn(what, self.docket("check", "pipeline.yaml", preexec_fn=kernel).err)
        self.assertNotIn("warning", self.docket("check", "pipeline.yaml").err)

    def test_required_it_ends_the_run_before_any_document(self):
        for number in range(6):
            self.write(f"in/{number}.pdf", pdf(invoice(number)))
        self.write("pipeline.yaml", extract(sandbox="require"))
        for what, kernel in self.KERNELS:
            with self.subTest(what):
                result = self.docket("run", "pipeline.yaml", preexec_fn=kernel)
                self.assertEqual(result.code, 4, result.err)
                self.assertIn(what, result.err)
                self.assertIn("`sandbox: require`", result.err)
                self.assertFalse((self.dir / "out/in").exists())
        self.run_pipeline()

    def test_limits_hold_without_a_sandbox(self):
        self.write("in/a.pdf", endless())
        self.write("in/b.pdf", pdf("x"))
        self.run_pipeline(expect=1, preexec_fn=self.KERNELS[-1][1], pipeline=extract(limits="{ cpu_time: 300ms, wall_time: 5m }"))
        self.assertEqual(self.record("in/a.pdf")["error"]["class"], "timeout")
        self.assertEqual(self.record("in/b.pdf")["status"], "done")

    def test_a_worker_dies_with_docket(self):
        self.write("in/a.pdf", endless())
        self.write("pipeline.yaml", extract(limits="{ cpu_time: 60s, wall_time: 5m }"))
        process = self.start("run", "pipeline.yaml")

        def workers():
            found = []
            for children in Path(f"/proc/{process.pid}/task").glob("*/children"):
                found += children.read_text().split()
            return found

        def busy():
            return [w for w in workers() if int(Path(f"/proc/{w}/stat").read_text().rsplit(")")[1].split()[11]) > 5]

        ours = wait_for(busy, "a worker that works")
        process.send_signal(signal.SIGKILL)
        process.wait()

        def gone():
            try:
                return all(Path(f"/proc/{w}/stat").read_text().rsplit(")")[1].split()[0] == "Z" for w in ours)
            except (FileNotFoundError, ProcessLookupError):
                return True
        wait_for(gone, "its end")


if __name__ == "__main__":
    e2e.main()
