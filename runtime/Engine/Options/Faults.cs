using System.Globalization;

namespace Orleans.Bundled;

/// <summary>Collects what is wrong with options, so that an operator sees all of it at once.</summary>
internal sealed class Faults(string subject)
{
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    public void Unless(bool valid, string key, object? value, string rule)
    {
        if (!valid)
        {
            _found.Add(string.Create(CultureInfo.InvariantCulture, $"{subject}.{key} is '{value}': {rule}"));
        }
    }

    public void UnlessPositive(TimeSpan value, string key) => Unless(value > TimeSpan.Zero, key, value, "it must be longer than zero.");
}
