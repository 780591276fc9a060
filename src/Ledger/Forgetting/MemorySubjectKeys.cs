using System.Security.Cryptography;

namespace Ledger.Forgetting;

/// <summary>Keys of subjects in memory, for unit tests; they are gone with the object, and with them all that was encrypted.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class MemorySubjectKeys : ISubjectKeys
{
    private readonly Lock _gate = new();

    // Null for a subject that was forgotten.
    private readonly Dictionary<string, byte[]?> _keys = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, byte[]>> FindAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return subjects.Distinct(StringComparer.Ordinal).Where(subject => _keys.GetValueOrDefault(subject) is not null)
                .ToDictionary(subject => subject, subject => _keys[subject]!, StringComparer.Ordinal);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, byte[]>> GetOrCreateAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        lock (_gate)
        {
            foreach (var subject in subjects)
            {
                _keys.TryAdd(subject, RandomNumberGenerator.GetBytes(SubjectCipher.KeySize));
            }
        }

        return FindAsync(subjects, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> ForgetAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var hadKey = _keys.GetValueOrDefault(subject) is not null;
            _keys[subject] = null;
            return hadKey;
        }
    }
}
