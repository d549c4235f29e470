"""Does a model fit: into a plan's memory when it is loaded, onto its disk when it is built in."""

from slipway.core.findings import Finding, error, warning

MIB = 2**20
# Measured with phi-2's dimensions in GGUF on llama.cpp (peak resident memory of the process).
KEYS_AND_VALUES_PER_TOKEN = 2 * 2 * 32 * 2560  # bytes; both in 16 bits, 32 layers, width 2560
SERVER_BYTES = 150 * MIB  # interpreter, web server and the engine's own buffers
REPACKED = 1.7  # weights rearranged for the CPU at load stand in memory beside the file's pages
TIGHT = 0.85  # of the memory; above that one long request may be too much
IMAGE_WITHOUT_MODEL = 500_000_000  # bytes: base image and packages of a small web service


def memory_needed(
    model_bytes: int,
    *,
    context_tokens: int = 1024,
    token_bytes: int = KEYS_AND_VALUES_PER_TOKEN,
    repacked: bool = False,
) -> int:
    """Estimated peak memory in bytes of a service that has loaded a GGUF file.

    Args:
        model_bytes: size of the file.
        context_tokens: the context it is loaded with.
        token_bytes: of the cache for each of them, 4 bytes times layers times width; a small model
            needs far less than phi-2, which is assumed.
        repacked: whether the engine rearranges the weights at load, which is its default.
    """
    weights = model_bytes * (REPACKED if repacked else 1)
    return round(weights + context_tokens * token_bytes + SERVER_BYTES)


def check_memory(subject: str, needed: int, plan: str, memory_mb: int) -> list[Finding]:
    """Compares an estimate in bytes with what a plan gives."""
    share = needed / (memory_mb * MIB)
    said = (
        f"the model needs about {needed / MIB:.0f} MB of memory and plan {plan} has {memory_mb} MB"
    )
    if share > 1:
        return [
            error(
                subject,
                said,
                "Take a smaller model or a stronger quantisation, or a plan with more memory",
            )
        ]
    if share > TIGHT:
        remedy = "Take a smaller context, or a plan with more memory before traffic grows"
        return [warning(subject, f"{said}, which is tight", remedy)]
    return []


def check_disk(
    subject: str, model_bytes: int, disk_bytes: int, *, rest_bytes: int = IMAGE_WITHOUT_MODEL
) -> list[Finding]:
    """Compares the unpacked image with the disk of the plan."""
    needed = model_bytes + rest_bytes
    if needed <= disk_bytes:
        return []
    gigabytes = f"{needed / 1e9:.1f} GB and the disk has {disk_bytes / 1e9:.1f} GB"
    return [
        error(
            subject,
            f"the image takes about {gigabytes}",
            "Take a smaller model, or an instance with more storage",
        )
    ]
