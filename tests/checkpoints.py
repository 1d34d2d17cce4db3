"""Tiny checkpoints of every family, built by transformers itself; one of them is trained."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import sentencepiece
import tokenizers
import torch
import transformers
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from workbench.catalogue import Model
from workbench.types import Decoding

TRIPLES = (
    ("寒かった。", "It was cold.", "추웠다."),
    ("彼は国境へ向かった。", "He headed for the border.", "그는 국경으로 향했다."),
    ("記者が質問した。", "The reporter asked a question.", "기자가 질문했다."),
    ("友人と口論になった。", "I quarrelled with a friend.", "친구와 말다툼을 했다."),
    ("雨が降り始めた。", "It began to rain.", "비가 내리기 시작했다."),
    ("「後悔はない」と話した。", "“I have no regrets,” he said.", "“후회는 없다”고 말했다."),
    ("会議は十時に始まる。", "The meeting starts at ten.", "회의는 열 시에 시작된다."),
    ("電車が遅れている。", "The train is late.", "기차가 늦고 있다."),
    ("母は病院で働いている。", "My mother works at a hospital.", "어머니는 병원에서 일한다."),
    ("その本を読みましたか。", "Have you read that book?", "그 책을 읽었습니까?"),
    ("約80%が賛成した。", "About 80% agreed.", "약 80%가 찬성했다."),
    ("新しい橋が完成した。", "The new bridge is finished.", "새 다리가 완성되었다."),
    ("価格は3.5%上がった。", "Prices rose by 3.5%.", "가격이 3.5% 올랐다."),
    ("窓を開けてください。", "Please open the window.", "창문을 열어 주세요."),
    ("海はとても静かだった。", "The sea was very calm.", "바다는 아주 고요했다."),
    ("誰も答えなかった。", "Nobody answered.", "아무도 대답하지 않았다."),
    ("町には学校が二つある。", "The town has two schools.", "마을에는 학교가 두 개 있다."),
    ("私は毎朝走ります。", "I run every morning.", "나는 매일 아침 달린다."),
    ("犬が庭で眠っている。", "A dog is sleeping in the garden.", "개가 마당에서 자고 있다."),
    ("切符を二枚買った。", "I bought two tickets.", "표를 두 장 샀다."),
    ("明日また来ます。", "I will come again tomorrow.", "내일 다시 오겠습니다."),
    ("先生は笑った。", "The teacher laughed.", "선생님은 웃었다."),
    ("山の上に雪がある。", "There is snow on the mountain.", "산 위에 눈이 있다."),
    ("鍵をなくしました。", "I lost my keys.", "열쇠를 잃어버렸습니다."),
    ("夜は星がきれいだ。", "The stars are beautiful at night.", "밤에는 별이 아름답다."),
)
DIRECTIONS = (("ja", "en"), ("ja", "ko"), ("en", "ko"), ("ko", "en"))
Learn = Callable[[Path], list[tuple[list[int], list[int]]]]
_TAGS = (">>eng<<", ">>kor<<", ">>jpn<<")
_COLUMN = {"ja": 0, "en": 1, "ko": 2}
_SIZE = {
    "d_model": 64,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 128,
}
_CONVENTIONS = {
    "marian": ("tag", "opus"),
    "nllb": ("forced_bos", "flores"),
    "m2m100": ("forced_bos", "m2m"),
    "mbart50": ("forced_bos", "mbart"),
    "t5": ("prefix", "code"),
    "bart": ("none", "code"),
}


def pairs() -> list[tuple[str, str, str, str]]:
    """Return (source language, target language, source, target) of every trained direction."""
    return [
        (a, b, triple[_COLUMN[a]], triple[_COLUMN[b]]) for a, b in DIRECTIONS for triple in TRIPLES
    ]


def model_of(path: Path, family: str, **changes: object) -> Model:
    """Return the catalogue entry of a tiny checkpoint."""
    target, codes = _CONVENTIONS[family]
    fields: dict[str, object] = {
        "name": f"tiny-{family}",
        "title": "Tiny",
        "licence": "CC0-1.0",
        "commercial": True,
        "path": path,
        "family": family,
        "target": target,
        "codes": codes,
        "pairs": (),
        "languages": ("ja", "en", "ko"),
        "max_source": 128,
        "engine": "auto",
        "decoding": Decoding(),
        "tags": {},
    }
    return Model(**(fields | changes))  # type: ignore[arg-type]


def marian(folder: Path, *, tags: bool = True, steps: int = 0) -> Path:
    """Write a Marian checkpoint; with steps, trained until it knows TRIPLES by heart."""
    spm = _sentencepiece(folder, "source.spm", 400, eos_id=0, unk_id=1, bos_id=-1, pad_id=-1)
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    vocabulary = {spm.id_to_piece(i): i for i in range(spm.get_piece_size())}
    for token in (*(_TAGS if tags else ()), "<pad>"):
        vocabulary[token] = len(vocabulary)
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    ends = {"source_lang": "mul", "target_lang": "mul"} if tags else dict(_JA_EN)
    transformers.MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")),
        model_max_length=128,
        **ends,
    ).save_pretrained(folder)
    _marian_network(folder, spm, vocabulary, steps)
    return folder


_JA_EN = {"source_lang": "ja", "target_lang": "en"}


def _marian_network(
    folder: Path,
    spm: sentencepiece.SentencePieceProcessor,
    vocabulary: Mapping[str, int],
    steps: int,
) -> None:
    pad = vocabulary["<pad>"]
    size = _SIZE | {"d_model": 96, "encoder_ffn_dim": 192, "decoder_ffn_dim": 192}
    config = transformers.MarianConfig(
        vocab_size=pad + 1,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
        dropout=0.0,
        scale_embedding=True,
        **size,
    )
    torch.manual_seed(1)
    network = transformers.MarianMTModel(config)
    if steps:
        tag = {"en": vocabulary[">>eng<<"], "ko": vocabulary[">>kor<<"]}
        rows = [([tag[b], *spm.encode(s), 0], [*spm.encode(t), 0]) for _, b, s, t in pairs()]
        _train(network, rows, steps)
    network.generation_config.update(max_length=128, num_beams=6, bad_words_ids=[[pad]])
    network.save_pretrained(folder)


def _train(
    network: transformers.PreTrainedModel, rows: Sequence[tuple[list[int], list[int]]], steps: int
) -> None:
    """Let a network learn (source numbers, target numbers) rows by heart."""
    # One thread: with more, a model this small waits for its threads most of the time.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    pad, start = network.config.pad_token_id, network.config.decoder_start_token_id
    sources, targets = (_padded([row[side] for row in rows], pad) for side in (0, 1))
    starts = torch.cat([torch.full((len(rows), 1), start), targets[:, :-1]], 1)
    optimizer = torch.optim.Adam(network.parameters(), lr=4e-3)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 4e-3 * min(1, (step + 1) / 20, (steps - step) / 40)
        logits = network(
            input_ids=sources, attention_mask=(sources != pad).long(), decoder_input_ids=starts
        ).logits
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=pad, label_smoothing=0.05
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if network.config.model_type == "marian":
            with torch.no_grad():
                # Marian decoding starts from a zero embedding: the row of <pad> must stay zero.
                network.model.shared.weight[pad] = 0
    torch.set_num_threads(threads)


def _padded(rows: list[list[int]], pad: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [pad] * (width - len(row)) for row in rows])


def _sentencepiece(
    folder: Path, name: str, size: int, **options: object
) -> sentencepiece.SentencePieceProcessor:
    """Train a unigram model on TRIPLES and write it under the name given."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "sentences.tmp"
    text.write_text("\n".join(s for triple in TRIPLES for s in triple), encoding="utf-8")
    prefix = folder / "trained"
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(prefix),
        vocab_size=size,
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    text.unlink()
    prefix.with_suffix(".vocab").unlink()
    file = prefix.with_suffix(".model").rename(folder / name)
    return sentencepiece.SentencePieceProcessor(model_file=str(file))


def nllb(folder: Path, *, codes: bool = True, steps: int = 150) -> Path:
    """Write an NLLB checkpoint: an M2M100 network and a tokenizer.json with FLORES codes.

    Without codes, transformers reads every language code as <unk> and says nothing.
    """
    _sentencepiece(folder, "sentencepiece.bpe.model", 500, model_type="bpe")
    special = {"extra_special_tokens": FAIRSEQ_LANGUAGE_CODES} if codes else {}
    size = _tokenizer_from_spm(folder, "NllbTokenizer", **special)
    _save(
        folder,
        transformers.M2M100Config(vocab_size=size, **_FAIRSEQ, **_SIZE),
        steps,
        max_length=200,
    )
    return folder


def mbart50(folder: Path) -> Path:
    """Write an mBART-50 checkpoint."""
    _sentencepiece(folder, "sentencepiece.bpe.model", 300)
    size = _tokenizer_from_spm(folder, "MBart50Tokenizer")
    config = transformers.MBartConfig(
        vocab_size=size, tokenizer_class="MBart50Tokenizer", **_FAIRSEQ, **_SIZE
    )
    _save(folder, config, max_length=200)
    return folder


def m2m100(folder: Path) -> Path:
    """Write an M2M100 checkpoint: vocab.json and a SentencePiece model."""
    spm = _sentencepiece(folder, "sentencepiece.bpe.model", 300)
    pieces = [spm.id_to_piece(i) for i in range(3, spm.get_piece_size())]
    vocabulary = {piece: i for i, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    spm_file = str(folder / "sentencepiece.bpe.model")
    tokenizer = transformers.M2M100Tokenizer(str(folder / "vocab.json"), spm_file)
    tokenizer.save_pretrained(folder)
    size = len(vocabulary) + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
    _save(folder, transformers.M2M100Config(vocab_size=size, **_FAIRSEQ, **_SIZE), max_length=200)
    return folder


def t5(
    folder: Path,
    *,
    prefixes: tuple[str, ...] = ("<2en>", "<2ko>", "<2ja>"),
    kind: type[transformers.T5Config] = transformers.T5Config,
    learn: Learn | None = None,
    steps: int = 150,
    **settings: object,
) -> Path:
    """Write a T5 or mT5 checkpoint with the language prefixes of MADLAD-400, or others."""
    special = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
    _sentencepiece(folder, "spiece.model", 300, user_defined_symbols=list(prefixes), **special)
    size = _tokenizer_from_spm(folder, "T5Tokenizer", extra_ids=4)
    config = kind(
        vocab_size=size,
        d_model=64,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        **settings,
    )
    _save(folder, config, steps, learn)
    return folder


def bart(folder: Path, *, learn: Learn | None = None, steps: int = 150) -> Path:
    """Write a BART checkpoint: byte-level BPE, and <s> forced at the start of every target."""
    folder.mkdir(parents=True, exist_ok=True)
    trained = tokenizers.ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    sentences = [s for triple in TRIPLES for s in triple]
    trained.train_from_iterator(sentences, vocab_size=600, special_tokens=special)
    trained.save_model(str(folder))
    tokenizer = transformers.BartTokenizer.from_pretrained(folder)
    tokenizer.save_pretrained(folder)
    config = transformers.BartConfig(
        vocab_size=len(tokenizer), forced_bos_token_id=0, forced_eos_token_id=2, **_SIZE
    )
    _save(folder, config, steps, learn, min_length=40, no_repeat_ngram_size=3)
    return folder


def article(language: str) -> str:
    """Return a text of four paragraphs of six sentences, as the tiny summarisers know it."""
    joint = "" if language == "ja" else " "
    sentences = [triple[_COLUMN[language]] for triple in TRIPLES]
    return "\n".join(joint.join(sentences[i : i + 6]) for i in range(0, 24, 6))


def gist(language: str) -> list[str]:
    """Return what the tiny summarisers say of each paragraph of `article`: its third sentence."""
    return [TRIPLES[i + 2][_COLUMN[language]] for i in range(0, 24, 6)]


def summariser(folder: Path, kind: str, *, prompt: str = "", steps: int = 100) -> Path:
    """Write a BART, T5 or mT5 checkpoint that sums up `article` in Japanese and Korean."""

    def learn(folder: Path) -> list[tuple[list[int], list[int]]]:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        return [
            (tokenizer(prompt + paragraph)["input_ids"], tokenizer(text_target=said)["input_ids"])
            for language in ("ja", "ko")
            for paragraph, said in zip(article(language).splitlines(), gist(language), strict=True)
        ]

    if kind == "bart":
        return bart(folder, learn=learn, steps=steps)
    config = transformers.MT5Config if kind == "mt5" else transformers.T5Config
    asked = {"task_specific_params": {"summarization": {"prefix": prompt}}} if prompt else {}
    return t5(folder, prefixes=(), kind=config, learn=learn, steps=steps, **asked)


_FAIRSEQ = {
    "scale_embedding": True,
    "decoder_start_token_id": 2,
    "eos_token_id": 2,
    "pad_token_id": 1,
}
_NETWORKS = {
    "m2m_100": transformers.M2M100ForConditionalGeneration,
    "mbart": transformers.MBartForConditionalGeneration,
    "t5": transformers.T5ForConditionalGeneration,
    "mt5": transformers.MT5ForConditionalGeneration,
    "bart": transformers.BartForConditionalGeneration,
}


def _tokenizer_from_spm(folder: Path, name: str, **settings: object) -> int:
    """Let transformers turn the folder's SentencePiece model into tokenizer.json."""
    config = {"tokenizer_class": name, "model_max_length": 128, **settings}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    tokenizer = getattr(transformers, name).from_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return len(tokenizer)


def _save(
    folder: Path,
    config: transformers.PretrainedConfig,
    steps: int = 150,
    learn: Learn | None = None,
    **generation: int,
) -> None:
    torch.manual_seed(2)
    network = _NETWORKS[config.model_type](config)
    _train(network, (learn or _rows)(folder), steps)
    network.generation_config.update(**generation)
    network.save_pretrained(folder)


def _rows(folder: Path) -> list[tuple[list[int], list[int]]]:
    """Return the Japanese-Korean sentences in numbers, as transformers' own tokenizer has them."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    codes = {"Nllb": ("jpn_Jpan", "kor_Hang"), "MBart": ("ja_XX", "ko_KR"), "M2M1": ("ja", "ko")}
    named = [v for k, v in codes.items() if type(tokenizer).__name__.startswith(k)]
    for tokenizer.src_lang, tokenizer.tgt_lang in named:
        pass
    prefix = "<2ko> " if "<2ko>" in tokenizer.get_vocab() else ""
    return [
        (tokenizer(prefix + ja)["input_ids"], tokenizer(text_target=ko)["input_ids"])
        for ja, _, ko in TRIPLES
    ]
