from .announcements import Announcement
from .categories import Category
from .editions import Edition
from .group_names import GroupName, mentionable
from .imports import ImportedAuthor, ImportedMessage, ImportedReference, ImportedSubject
from .levels import Attention, CategoryLevel, Level, MemberLevel, TagLevel, TopicLevel
from .names import TakenName
from .personal_changes import PersonalChange
from .polls import Ballot
from .posts import Post
from .reactions import Reaction
from .readings import Reading
from .revisions import Revision
from .tags import Tag, TagName, TopicTag
from .topics import Topic
from .uploads import PostUpload, Upload
from .users import User

__all__ = [
    "Announcement",
    "Attention",
    "Ballot",
    "Category",
    "CategoryLevel",
    "Edition",
    "GroupName",
    "ImportedAuthor",
    "ImportedMessage",
    "ImportedReference",
    "ImportedSubject",
    "Level",
    "MemberLevel",
    "PersonalChange",
    "Post",
    "PostUpload",
    "Reaction",
    "Reading",
    "Revision",
    "Tag",
    "TagLevel",
    "TagName",
    "TakenName",
    "Topic",
    "TopicLevel",
    "TopicTag",
    "Upload",
    "User",
    "mentionable",
]
