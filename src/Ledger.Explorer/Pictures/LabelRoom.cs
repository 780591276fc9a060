namespace Ledger.Explorer.Pictures;

/// <summary>Keeps the labels of a picture apart: a label that would cover another is omitted.</summary>
internal sealed class LabelRoom
{
    private const double LetterWidth = 6.2;
    private const double LineHeight = 12;

    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Reserves the space around a shape, even if part of it is taken.</summary>
    public void Take(double x, double y, double radius) => _taken.Add((x - radius, y - radius, x + radius, y + radius));

    /// <summary>Reserves the space of a text centred at x with its baseline at y; returns false if it is taken.</summary>
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
