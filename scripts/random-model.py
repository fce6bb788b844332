#!/usr/bin/env python3
"""Writes a small llama model with random weights, always the same one, for tests of everything but the meaning of answers.

Usage: random-model.py FILE     needs python3-gguf, which Debian 12 does not have: scripts/llama-server runs it where it is.

2 layers, 64 wide, a window of 1,048,576 tokens, a byte-level BPE vocabulary and the ChatML template. The weights are
random, but the first dimension of the embeddings is the same for all tokens, so that the output layer can prefer
some of them: a string that a grammar leaves open comes to its closing quote after some characters, as those of real
models do.
"""

import sys
from collections import Counter

import gguf
import numpy

WIDE, LAYERS, HEADS, FEED_FORWARD, WINDOW = 64, 2, 4, 192, 1 << 20
PREFERRED = 3.0  # A closing quote, bracket or turn's end, in logits (the random part has a deviation of about 1).
AVOIDED = -6.0   # A byte that is no ASCII character: alone it is not UTF-8, and the server answers with status 500.
TEMPLATE = ("{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
# What the merges are learned from: words that contracts and invoices are full of, so that a document has about as many
# tokens as with a real vocabulary, and JSON, whose quotes, commas and digits then share tokens with each other.
SAMPLE = """
the agreement between the parties is in effect for the term of this agreement and the company and the other party to the
agreement shall not be liable for any such services or products of the customer or the supplier under this section by the
terms and conditions set forth in the applicable law of the state or as may be required from time to time by written notice
with respect to confidential information that has been provided by either party in accordance with the provisions hereof
including without limitation all rights, title and interest in and to the intellectual property, payment of fees, taxes,
damages, losses, costs and expenses arising out of or in connection with any breach, termination or expiration of this
agreement, provided that no such termination shall affect its obligations which have been made prior to the effective date
on or before the first day of each calendar month thereafter during the period at least thirty days after receipt of an
invoice number, date of invoice, customer number, quantity, description, price, amount, subtotal, tax, total amount due
die der das und ist nicht mit dem den von des im in der Rechnung Betrag innerhalb einer Frist auf das Konto des Lieferanten
zu zahlen, Vertrag zwischen den Parteien, Leistung, Lieferung, Datum, Nummer, Gesamtbetrag, Mehrwertsteuer, Straße, durch
le la les de du des et en un une pour dans sur le montant total de la facture est dû à la date de paiement par le client
1. 2. 3. 4. 5. 6. 7. 8. 9. 10. 11. 12. 2019 2020 2021 2022 2023 2024 2025 0.00 100.00 (a) (b) (c) (i) (ii) Inc. Ltd. GmbH
{"label":"invoice","confidence":0.97} {"total":119.00,"currency":"EUR","due":null} {"date": "2025-03-14", "net": 100.00}
"""

def byte_letters():
    """The letter that stands for each byte in a byte-level vocabulary: printable ones for themselves."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(plain))
    return letters


def learned_merges():
    """The pairs of tokens that stand together more than once, the most frequent first."""
    letters = byte_letters()
    words = [[letters[byte] for byte in (" " + word).encode()] for word in SAMPLE.split()]
    merges = []
    while True:
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        first, second = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[first, second] < 2:
            return merges
        merges.append((first, second))
        for word in words:
            for at in range(len(word) - 1, 0, -1):
                if word[at - 1:at + 1] == [first, second]:
                    word[at - 1:at + 1] = [first + second]


def main():
    merges = learned_merges()
    plain = [*byte_letters().values(), *dict.fromkeys(first + second for first, second in merges)]
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = plain + control
    letters = {letter: byte for byte, letter in byte_letters().items()}
    writer = gguf.GGUFWriter(sys.argv[1], "llama")
    writer.add_name("random")
    writer.add_context_length(WINDOW)
    writer.add_embedding_length(WIDE)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDE // HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * len(plain) + [gguf.TokenType.CONTROL] * len(control))
    writer.add_token_merges([f"{first} {second}" for first, second in merges])
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)

    random = numpy.random.default_rng(20260101)

    def matrix(rows, columns, scale=1.0):
        return (random.standard_normal((rows, columns)) * scale / columns**0.5).astype(numpy.float32)

    embedding = random.standard_normal((len(tokens), WIDE)).astype(numpy.float32)
    embedding[:, 0] = 4.0
    output = matrix(len(tokens), WIDE)
    output[:, 0] = 0
    for index, token in enumerate(tokens):
        if '"' in token or token in ("}", "]", "<|im_end|>"):
            output[index, 0] = PREFERRED / 3.5  # 3.5: about what the constant is after the last norm.
        elif any(letters[letter] >= 128 for letter in token if letter in letters):
            output[index, 0] = AVOIDED / 3.5
    ones = numpy.ones(WIDE, dtype=numpy.float32)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        for name, rows, columns, scale in (("attn_q", WIDE, WIDE, 2), ("attn_k", WIDE, WIDE, 2), ("attn_v", WIDE, WIDE, 1),
                                           ("attn_output", WIDE, WIDE, 1), ("ffn_gate", FEED_FORWARD, WIDE, 1),
                                           ("ffn_up", FEED_FORWARD, WIDE, 1), ("ffn_down", WIDE, FEED_FORWARD, 1)):
            writer.add_tensor(f"blk.{layer}.{name}.weight", matrix(rows, columns, scale))
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", ones)
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", ones)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
