"""docket graph: the stages as Graphviz, Mermaid and SVG."""

import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import e2e

NAMED = """\
  - escalate:
      when: { 'a "quoted" <b> \\ & one': "true" }
"""


class Graph(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", e2e.PIPELINE + NAMED)

    def graph(self, form, code=0, **options):
        result = self.docket("graph", "p.yaml", "--format", form, **options)
        self.assertEqual(result.code, code, result.err)
        return result

    def test_dot_is_what_graphviz_reads(self):
        text = self.graph("dot").out
        read = subprocess.run([shutil.which("dot"), "-Tplain"], input=text, capture_output=True, text=True)
        self.assertEqual((read.returncode, read.stderr), (0, ""))
        edges = {tuple(line.split()[1:3]) for line in read.stdout.splitlines() if line.startswith("edge")}
        self.assertIn(("extract", "classify"), edges)

    def test_svg_has_each_stage_and_its_condition(self):
        root = ElementTree.fromstring(self.graph("svg").out)
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("extract", "classify", "escalate", 'when a "quoted" <b> \\ & one'):
            self.assertIn(name, texts)

    def test_svg_without_graphviz_says_what_to_install(self):
        result = self.graph("svg", code=2, env={"PATH": str(self.dir)})
        self.assertEqual(result.out, "")
        self.assertIn("graphviz", result.err)
        self.assertEqual(len(result.err.splitlines()), 1)

    def test_complaint_of_graphviz_is_told(self):
        program = self.write("bin/dot", "#!/bin/sh\necho 'no fonts here' >&2\nexit 1\n")
        program.chmod(0o755)
        result = self.graph("svg", code=2, env={"PATH": f"{program.parent}:/usr/bin:/bin"})
        self.assertIn("no fonts here", result.err)

    def test_mermaid_is_one_line_for_each_stage_and_edge(self):
        lines = self.graph("mermaid").out.splitlines()
        self.assertEqual(lines[0], "flowchart LR")
        self.assertIn("  extract --> classify", lines)
        label = next(line for line in lines if line.startswith("  escalate["))
        self.assertIn("&quot;quoted&quot; &lt;b&gt;", label)


if __name__ == "__main__":
    unittest.main()
