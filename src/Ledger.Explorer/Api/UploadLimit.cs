using Microsoft.AspNetCore.Http.Metadata;

namespace Ledger.Explorer.Api;

/// <summary>The most bytes of the body of a route that takes files or a small form, for the server: it refuses more before anything reads the body.</summary>
internal sealed class UploadLimit(long most) : IRequestSizeLimitMetadata
{
    /// <inheritdoc/>
    public long? MaxRequestBodySize => most;
}
