using Ledger.Log;

namespace Ledger.Conformance.Forgetting;

/// <summary>A log whose process ends before a page is masked.</summary>
internal sealed class FailingMasks(IMaskingLog inner, int failAt) : IMaskingLog
{
    private int _pages;

    public Task<IReadOnlyList<MaskedEvent>> FindMaskedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        inner.FindMaskedAsync(ids, cancellationToken);

    public Task<IReadOnlyList<Guid>> FindReplacedAsync(IReadOnlyCollection<Guid>? ids, CancellationToken cancellationToken) => inner.FindReplacedAsync(ids, cancellationToken);

    public Task<IReadOnlyList<string>> ListProjectionsAsync(CancellationToken cancellationToken) => inner.ListProjectionsAsync(cancellationToken);

    public Task<IReadOnlyList<Guid>> FindBinaryAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => inner.FindBinaryAsync(ids, cancellationToken);

    public Task<IReadOnlyList<string>> ListArchivesAsync(IReadOnlyCollection<string>? streams, int most, CancellationToken cancellationToken) =>
        inner.ListArchivesAsync(streams, most, cancellationToken);

    public Task<bool> MaskAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken) =>
        ++_pages == failAt ? throw new IOException("The process ends here.") : inner.MaskAsync(masks, metadata, cancellationToken);
}
