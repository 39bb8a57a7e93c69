"""The column names of every table that crosses a border. Identifiers are text, always."""

# calls: one row per call detail record
CALLER = "caller"  # text, who called
CALLEE = "callee"  # text, who was called
TIME = "time"  # timestamp, start
CLOCK = "clock"  # of TIME, in files that keep day and clock in two columns; joined as they are read
SECONDS = "seconds"  # integer, length of the call
CELL = "cell"  # text, cell of the caller; may be missing
PHONE_TYPE = "phone_type"  # text, the caller's handset: a phone-type string or an IMEI; may be missing
KIND = "kind"  # text, CALL or MESSAGE; CALL where the file says nothing
CALL, MESSAGE = "call", "message"

# usage: one row per internet usage record (with TIME and PHONE_TYPE as above)
CUSTOMER = "customer"  # text, the subscriber
MEGABYTES = "megabytes"  # number, data volume of the record
CATEGORY = "category"  # text, kind of use; may be missing

# cells: one row per cell (with CELL as above); may be empty
LATITUDE = "latitude"  # degrees north
LONGITUDE = "longitude"  # degrees east

# customers: one row per subscriber
RESIDENCE = "residence"  # text, town
BIRTH_YEAR = "birth_year"  # integer
SEX = "sex"  # text; used where given, never inferred
FIRST_NAME = "first_name"  # text; may be missing
SINCE = "since"  # date, start of the subscription; may be missing
LEFT_ON = "left_on"  # date of leaving the operator; missing while the customer is there
PHONE_SINCE = "phone_since"  # date since when the customer had the phone first seen in the logs; may be missing
PHOTO_CONSENT = "photo_consent"  # date on which consent to use the photo was given; missing = none

# history: one row per customer of the last, randomised campaign
OFFER = "offer"  # text, the key of the offer; NO_OFFER for the control group and for "none"
OUTCOME = "outcome"  # 0 or 1, whether the customer said yes
ASKED_ON = "asked_on"  # day on which the offer was made; may be missing

# offers: the catalogue (one row per offer); copy fields feed the ad's slots
NAME = "name"
MAKER = "maker"
MARGIN = "margin"  # money earned per customer won
COST = "cost"  # money spent per customer asked

# per-customer results
CURRENT_MAKER = "current_maker"
UPLIFT = "uplift"  # in probability: 0.12 = of 100 customers, 12 more say yes
UPLIFT_LOW = "uplift_low"  # 95 % interval
UPLIFT_HIGH = "uplift_high"
EXPECTED_VALUE = "expected_value"  # margin x uplift - cost, money per customer
SEGMENT = "segment"
PLANNED = "planned"  # the offer that the customer would get without a limit on how many are asked; missing without one
WITHHELD = "withheld"  # whether the designer keeps the offer from this customer; missing where from nobody

# matches
PHOTO = "photo"
RANK = "rank"  # 1 is the nearest
COSINE = "cosine"

# circle: whom each customer listens to; erased with either of the two
CONTACT = "contact"  # text, a customer or a party of another operator
SHARE = "share"  # of the customer's call weight
REACH = "reach"  # people the contact reaches in two hops
IS_CUSTOMER = "is_customer"  # whether the contact is one

# seeds: with whom to begin (with RANK and CUSTOMER as above)
REACHED = "reached"  # customers reached in two hops by this one and those before

# rows set aside
FILE = "file"
LINE = "line"  # 1 is the first line of the file, header included
REASON = "reason"
TEXT = "text"  # the row as it stands in the file
COLUMN = "column"  # name of the column whose value is wrong; missing where the whole row is

# ads saved, and what was left out
SIZE = "size"  # width x height in pixels, empty for all sizes of an ad

NO_OFFER = "none"
UNKNOWN_MAKER = "Unknown"
HAS_LEFT = "left"  # the segment of who is not a customer any more

RECOMMENDATION_COLUMNS = (
    CUSTOMER, CURRENT_MAKER, OFFER, UPLIFT, UPLIFT_LOW, UPLIFT_HIGH, EXPECTED_VALUE, SEGMENT,
)  # fmt: skip
SEED_COLUMNS = (RANK, CUSTOMER, REACHED)
MATCH_COLUMNS = (CUSTOMER, PHOTO, RANK, COSINE)
REJECT_COLUMNS = (FILE, LINE, REASON, TEXT, COLUMN)
AD_COLUMNS = (CUSTOMER, OFFER, SIZE, FILE)
LEFT_OUT_COLUMNS = (CUSTOMER, SIZE, PHOTO, REASON)
PUBLIC_REJECT_COLUMNS = REJECT_COLUMNS[:4]  # of the rejects.csv that a campaign is handed over with
