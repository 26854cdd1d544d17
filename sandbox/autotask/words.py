"""The words of the seeded world: a fictional managed service provider, its people, its customers, their troubles.

Every name is invented; addresses end in `.example`, which nobody can own.
"""

DOMAIN = "larkspur-it.example"
OWN_COMPANY = "Larkspur IT Services"

TECHNICIANS = (
    ("Mara", "Lindqvist", "Service Desk Lead", "L2"),
    ("Tomas", "Okafor", "Support Engineer", "L1"),
    ("Ines", "Calloway", "Support Engineer", "L1"),
    ("Jonas", "Adeyemi", "Network Engineer", "L2"),
    ("Priya", "Venn", "Support Engineer", "L1"),
    ("Luca", "Bergstrom", "Field Engineer", "FE"),
    ("Hana", "Whitlock", "Cloud Engineer", "L2"),
    ("Declan", "Mbeki", "Project Engineer", "PE"),
)
"""First and last name, title, key of their role."""

ROLES = {
    "L1": "Support Technician",
    "L2": "Senior Engineer",
    "FE": "Field Engineer",
    "PE": "Project Engineer",
    "DP": "Dispatcher",
}

COMPANIES = (
    "Quillbrook Dental Group",
    "Ostermoor Logistics",
    "Fennel & Thatch Bakeries",
    "Harrowgate Veterinary Clinic",
    "Bluepine Architects",
    "Castellan Accountancy",
    "Tidewell Marine Supplies",
    "Merrivane Law",
    "Copperleaf Brewing",
    "Northfold Primary School",
    "Saltmarsh Housing Trust",
    "Vellum & Stone Printers",
    "Orrin Valley Farms",
    "Kestrel Row Estate Agents",
    "Brightwater Physiotherapy",
    "Dunmere Construction",
    "Pemberlow Insurance Brokers",
    "Ashcombe Garden Centres",
    "Silverthread Tailoring",
    "Ravensholt Engineering",
    "Lowfield Community Church",
    "Hazelmoor Nurseries",
    "Tamarind Street Kitchens",
    "Wrenfield Opticians",
    "Gildersome Freight",
    "Marlowe Bay Hotel",
    "Thornbury Hill Surgery",
    "Elderwick Wines",
    "Foxglove Events",
    "Barrowdale Timber",
    "Coldharbour Fisheries",
    "Ironbridge Lane Motors",
    "Petrichor Design Studio",
    "Sandgate Recruitment",
    "Willowbank Care Homes",
    "Yarrow & Finch Solicitors",
    "Ember Lane Ceramics",
    "Longacre Property Services",
    "Stonecrop Analytics",
    "Upper Meadow Dairy",
)

TRADES = (
    "Catering",
    "Chemists",
    "Cycles",
    "Dairies",
    "Electrical",
    "Fabrics",
    "Flooring",
    "Foundry",
    "Glazing",
    "Haulage",
    "Instruments",
    "Joinery",
    "Kennels",
    "Laundry",
    "Lettings",
    "Masonry",
    "Media",
    "Optics",
    "Packaging",
    "Plumbing",
    "Pottery",
    "Roofing",
    "Saddlery",
    "Stables",
    "Surveyors",
    "Textiles",
    "Tooling",
    "Travel",
)
"""What further customers do, when there are more tickets than forty customers could have."""


def company_names(number: int) -> list[str]:
    """Return so many names: the forty, then their first words with other trades; at most 1,160."""
    further = [f"{name.split()[0]} {trade}" for trade in TRADES for name in COMPANIES]
    return [*COMPANIES, *further][:number]


FIRST_NAMES = [
    "Alma",
    "Bruno",
    "Celia",
    "Dario",
    "Edda",
    "Felix",
    "Greta",
    "Hugo",
    "Iris",
    "Jasper",
    "Kira",
    "Leon",
    "Mina",
    "Nils",
    "Odile",
    "Pavel",
    "Rosa",
    "Stellan",
    "Tilda",
    "Uma",
    "Viggo",
    "Wanda",
    "Yusuf",
    "Zelda",
    "Amara",
    "Benedikt",
    "Corin",
    "Delphine",
    "Esme",
    "Farid",
]
LAST_NAMES = [
    "Abernathy",
    "Brandt",
    "Castellano",
    "Dunmore",
    "Eriksen",
    "Falk",
    "Garrick",
    "Hollis",
    "Ibarra",
    "Janssen",
    "Kowal",
    "Lachance",
    "Moreau",
    "Novak",
    "Oakley",
    "Petrov",
    "Quint",
    "Rasmussen",
    "Sorel",
    "Tanaka",
    "Underhill",
    "Vasquez",
    "Wexford",
    "Yilmaz",
    "Zeller",
]

# title, description, issue, sub-issue, type (2 incident, 1 request, 5 alert)
TROUBLES = (
    (
        "Cannot connect to VPN from home",
        "Since this morning the VPN client stops at 'authenticating'. Works in the office.",
        11,
        143,
        2,
    ),
    (
        "Outlook keeps asking for password",
        "Outlook asks for the password every few minutes; webmail works.",
        12,
        146,
        2,
    ),
    ("Printer on 2nd floor jams", "Tray 2 jams on every second page. Already cleaned the rollers.", 13, 151, 2),
    (
        "New starter on Monday: laptop and accounts",
        "New colleague starts on Monday. Needs laptop, mailbox, Teams and the shared drive.",
        14,
        157,
        1,
    ),
    ("Password reset", "User is locked out after holiday and cannot reset the password.", 14, 156, 1),
    (
        "Backup job failed on file server",
        "Nightly backup ended with errors: not enough space on the target.",
        15,
        161,
        5,
    ),
    (
        "Internet down in whole office",
        "No internet since 08:10, phones down as well. Router shows a red light.",
        11,
        141,
        2,
    ),
    ("Laptop very slow after update", "Takes ten minutes to start, fan always on. Updated last night.", 10, 137, 2),
    (
        "Suspicious e-mail with invoice attached",
        "Somebody in accounts opened an attachment from an unknown sender.",
        12,
        148,
        2,
    ),
    ("Access to shared mailbox", "Please give two colleagues access to the info@ mailbox.", 12, 147, 1),
    ("Scan to e-mail stopped working", "Copier says 'server error' since the provider change.", 13, 153, 2),
    (
        "Wi-Fi drops in meeting room",
        "Calls drop in the large meeting room, everywhere else is fine.",
        11,
        142,
        2,
    ),
    (
        "Restore deleted folder",
        "The folder 'Tenders' on the shared drive was deleted yesterday afternoon.",
        15,
        162,
        1,
    ),
    (
        "Accounting software shows error 0x8004",
        "Error on opening the ledger: 'database is locked (0x8004)'.",
        16,
        168,
        2,
    ),
    ("Licence for drawing software", "One more licence is needed for the trainee.", 16, 167, 1),
    (
        "Leaver: please block the account",
        "Colleague leaves on Friday. Block account, forward mail to the manager.",
        14,
        158,
        1,
    ),
    ("Screen stays black when docked", "Docking station shows no picture since this week.", 10, 136, 2),
    ("Disk space below 10 % on SRV-APP01", "Drive D: has 9.2 GB of 250 GB left.", 10, 138, 5),
    ("Install PDF editor on 3 PCs", "Please install the PDF editor for the front desk.", 16, 166, 1),
    ("Certificate expires in 14 days", "The certificate of the remote gateway expires in 14 days.", 11, 143, 5),
)

INTERNAL_NOTES = (
    "Checked the event log, nothing unusual. Will try with a fresh profile next.",
    "Same fault as last month at this site; see the firmware note in the documentation.",
    "Called, no answer. Trying again after lunch.",
    "Vendor case opened, waiting for a call back.",
    "Reproduced on the test machine.",
    "Needs somebody on site, remote session keeps dropping.",
)
REPLIES = (
    "Thank you for your message. We are looking into it and will come back to you today.",
    "We have changed the setting on our side. Please restart and try again.",
    "An engineer will visit tomorrow between 9 and 11.",
    "This should be solved now. Please tell us if it comes back.",
)
CUSTOMER_NOTES = (
    "Still not working, now a second colleague has the same.",
    "It works again, thank you!",
    "Any news? We have a deadline this afternoon.",
    "I restarted as you asked. No change.",
)
RESOLUTIONS = (
    "Rebuilt the profile and confirmed with the user.",
    "Replaced the part; tested with the user.",
    "Changed the setting and monitored for a day.",
    "Done as requested.",
)

CHECKLIST = (
    "Talk to the person who reported it",
    "Check for earlier tickets of the same kind",
    "Try it on the person's own machine",
    "Write down what was changed",
)
FILES = (
    ("screenshot-error.txt", "The window says: the server did not answer in time."),
    ("event-log.csv", "time,source,event\n08:11,Service Control Manager,7031\n"),
    ("delivery-note.txt", "1 docking station, serial number on the box."),
)
"""File name and content."""

HOPES = (
    ("Firewall replacement", 1500, 6000),
    ("Move to cloud mail", 3000, 12000),
    ("Backup for three servers", 1200, 4800),
    ("Twelve laptops", 9000, 16000),
    ("Wi-Fi survey and new access points", 2500, 9000),
    ("Security awareness training", 800, 3000),
)
"""What is hoped for, and what it may be worth from and to."""

SALES_NOTES = (
    (1, "Call", "Budget is there, decision after the board meeting."),
    (2, "Visit", "Walked through the building; the cabinet needs a second switch."),
    (3, "Offer sent", "Sent the offer, they will come back next week."),
)
"""Action type, name, note."""

ASSETS = ((1, 29685001, "WS01"), (1, 29685001, "WS02"), (2, 29685002, "SRV01"), (3, 29685003, "FW01"))
"""Asset type, product, end of its name."""
