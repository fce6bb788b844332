"""What docket believes of a real model that is too small for the task: next to nothing, and it costs the rules nothing."""

import unittest

import llama_server
from belief import Belief, field_stages
from llama_server import LlamaServer
from made_documents import document


class SmallModel(Belief):
    documents = [document("receipt", number) for number in range(4)]
    options = "timeout: 600s, deadline: 900s"
    seconds = 1200  # A machine that does much else is slow to answer.

    def test_hardly_believed_and_no_harm(self):
        with LlamaServer(slots=2, context=8192, verb="small") as server:
            rules, answers = self.of_rules(field_stages), self.of_model(field_stages, server.url)
        self.assert_never_worse(rules, answers["both"])
        self.assert_hardly_believed(answers["local"])


if __name__ == "__main__":
    llama_server.require("small")
    unittest.main(verbosity=2)
