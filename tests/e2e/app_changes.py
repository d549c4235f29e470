"""What pull requests change of an app or of its model, each as one text of a file for another."""

APP = "app/inference/app/local_engine.py"
_PROMPT = '"prompt": request.prompt'
_CALL = "answer = self._server.handle_completions("
_KEPT = "self.__dict__.setdefault('kept', []).append(bytearray(b'x' * 400_000))"
_SEED = 'default=7, help="of the weights'
# Name -> (path, text, the text in its place).
APP_CHANGES = {
    "refactoring": (APP, "answer", "given"),
    "prompt": (APP, _PROMPT, f'{_PROMPT}.replace("A:", "In a word:")'),
    # More than other tests on this machine make an answer wait: one such of eleven is unsure.
    "slower": (APP, _CALL, f"__import__('time').sleep(2.0)\n        {_CALL}"),
    "leak": (APP, _CALL, f"{_KEPT}\n        {_CALL}"),
}
WEIGHTS = ("app/language_model/train.py", _SEED, _SEED.replace("7", "8"))
