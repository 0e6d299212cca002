using System.Globalization;

namespace Orleans
{
    /// <summary>
    /// Names the grain type of a class. Without it the type is the class name in lower case, without a trailing <c>grain</c>, and
    /// with the count of its type parameters; the namespace is not part of it.
    /// </summary>
    [AttributeUsage(AttributeTargets.Class, Inherited = false)]
    public sealed class GrainTypeAttribute(string grainType) : Attribute
    {
        /// <summary>The name.</summary>
        public string GrainType { get; } = grainType;
    }

    /// <summary>Names a grain interface. Without it the name is the full type name.</summary>
    [AttributeUsage(AttributeTargets.Interface, Inherited = false)]
    public sealed class GrainInterfaceTypeAttribute(string value) : Attribute
    {
        /// <summary>The name.</summary>
        public string Value { get; } = value;
    }

    /// <summary>Exempts activations of the class from idle collection.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class KeepAliveAttribute : Attribute;

    /// <summary>How long activations of the class stay idle before they are collected.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CollectionAgeLimitAttribute : Attribute
    {
        /// <summary>The shortest age that can be asked for.</summary>
        public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

        private double _days;
        private double _hours;
        private double _minutes;
        private TimeSpan? _period;

        /// <summary>Sets the age by <see cref="Days"/>, <see cref="Hours"/> and <see cref="Minutes"/>, or <see cref="AlwaysActive"/>.</summary>
        public CollectionAgeLimitAttribute()
        {
        }

        /// <summary>Sets the age by the text of a <see cref="TimeSpan"/>.</summary>
        public CollectionAgeLimitAttribute(string inactivityPeriod)
        {
            InactivityPeriod = inactivityPeriod;
            _period = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);
        }

        /// <summary>The text the attribute was made with, if any.</summary>
        public string? InactivityPeriod { get; }

        /// <summary>Days of the age.</summary>
        public double Days
        {
            get => _days;
            set => Set(ref _days, value);
        }

        /// <summary>Hours of the age.</summary>
        public double Hours
        {
            get => _hours;
            set => Set(ref _hours, value);
        }

        /// <summary>Minutes of the age.</summary>
        public double Minutes
        {
            get => _minutes;
            set => Set(ref _minutes, value);
        }

        /// <summary>Exempts the class from idle collection.</summary>
        public bool AlwaysActive { get; set; }

        /// <summary>The age; for ever when <see cref="AlwaysActive"/>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The age is below <see cref="MinAgeLimit"/>.</exception>
        public TimeSpan AgeLimit
        {
            get
            {
                if (AlwaysActive)
                {
                    return Timeout.InfiniteTimeSpan;
                }

                var age = _period
                    ?? (TimeSpan.FromDays(_days) + TimeSpan.FromHours(_hours) + TimeSpan.FromMinutes(_minutes));
                return age >= MinAgeLimit
                    ? age
                    : throw new ArgumentOutOfRangeException(nameof(AgeLimit), age, $"A collection age is at least {MinAgeLimit}.");
            }
        }

        private void Set(ref double field, double value)
        {
            field = value;
            _period = null;
        }
    }
}

namespace Orleans.Metadata
{
    /// <summary>Says which grain type serves an interface that several classes implement.</summary>
    [AttributeUsage(AttributeTargets.Interface, Inherited = false)]
    public sealed class DefaultGrainTypeAttribute(string grainType) : Attribute
    {
        /// <summary>The name of the grain type.</summary>
        public string GrainType { get; } = grainType;
    }
}

namespace Orleans.Providers
{
    /// <summary>Says which storage keeps the state of a <see cref="Grain{TGrainState}"/>.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StorageProviderAttribute : Attribute
    {
        /// <summary>The name of the storage; the default one unless it is set.</summary>
        public string ProviderName { get; set; } = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
    }

    /// <summary>Names that mean something to the runtime.</summary>
    public static class ProviderConstants
    {
        /// <summary>The storage that is used where none is named.</summary>
        public const string DEFAULT_STORAGE_PROVIDER_NAME = "Default";

        /// <summary>The storage that streams keep their subscriptions in.</summary>
        public const string DEFAULT_PUBSUB_PROVIDER_NAME = "PubSubStore";
    }
}
