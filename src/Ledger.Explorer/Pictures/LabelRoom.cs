namespace Ledger.Explorer.Pictures;

/// <summary>The room that labels have in a picture: one that would cover another is left out.</summary>
internal sealed class LabelRoom
{
    private const double LetterWidth = 6.2;
    private const double LineHeight = 12;

    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Takes the room around a thing, whether it is free or not.</summary>
    public void Take(double x, double y, double radius) => _taken.Add((x - radius, y - radius, x + radius, y + radius));

    /// <summary>Takes the room of a text with its middle at x and its base line at y, if it is free.</summary>
    public bool TryTake(string text, double x, double y)
    {
        var half = text.Length * LetterWidth / 2;
        var (left, top, right, bottom) = (x - half, y - LineHeight + 2, x + half, y + 2);
        if (_taken.Exists(t => left < t.Right && t.Left < right && top < t.Bottom && t.Top < bottom))
        {
            return false;
        }

        _taken.Add((left, top, right, bottom));
        return true;
    }
}
