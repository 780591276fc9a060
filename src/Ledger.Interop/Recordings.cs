using Ledger.Files;
using Ledger.Interop.Detecting;

namespace Ledger.Interop;

/// <summary>Reads recordings of other tools.</summary>
public static class Recordings
{
    /// <summary>The format of a recording, told by its content.</summary>
    /// <returns>The format, or null for an event file of Ledger or kando, which <see cref="EventFileReader"/> reads.</returns>
    /// <exception cref="EventFileException">It is no known format; the message names the closest one, and the first line that does not fit it.</exception>
    public static RecordingFormat? Detect(RecordingSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return FormatDetector.Detect(source)?.Format;
    }

    /// <summary>Reads and checks a whole recording; nothing is written.</summary>
    /// <param name="source">The recording.</param>
    /// <param name="id">The id of the run; further runs and branches have ids that begin with it.</param>
    /// <param name="format">The format; null to tell it by the content.</param>
    /// <exception cref="EventFileException">It is not of the format, or of no known one. The message has the line, and the column where there is one.</exception>
    public static ForeignRecording Read(RecordingSource source, string id, RecordingFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(id);
        var reader = format is null ? FormatDetector.Detect(source) : FormatDetector.ReaderOf(source, format);
        return reader is null
            ? throw new EventFileException(1, 1, "it is an event file, which EventImporter reads.")
            : reader.Read(source, id);
    }

    /// <summary>Reads an event file of Ledger or kando, for which <see cref="Detect"/> returns null.</summary>
    /// <param name="source">The file.</param>
    /// <param name="id">The id of the run or branch.</param>
    /// <exception cref="EventFileException">A line is not an event.</exception>
    public static EventRecording ReadEventFile(RecordingSource source, string id)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(id);
        return EventRecording.Inspect(id, Read, id);

        IEnumerable<NewEvent> Read()
        {
            var reader = new EventFileReader(RepeatedIds.Allowed);
            return source.ReadLines().Select(line => reader.ReadLine(line.Utf8, line.Number)).OfType<NewEvent>();
        }
    }
}
